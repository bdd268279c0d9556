"""Costs beyond media, spread over their days in equal parts."""

import pandas as pd

from tests.oracle.catalogue import UNKNOWN
from tests.oracle.facts import Additive, Fact
from tests.oracle.state import Truth

TYPES = ("agency_fee", "tool", "staff")


def facts(truth: Truth) -> list[Fact]:
    costs = truth.table("costs")
    days = (costs["date_to"] - costs["date_from"]).dt.days + 1
    rows = costs.loc[costs.index.repeat(days)]
    offset = rows.groupby(level=0).cumcount()
    rows = rows.assign(date=rows["date_from"] + pd.to_timedelta(offset, unit="D"), micros=rows["amount_micros"] / days)
    rows = rows[rows["date"] <= truth.until].reset_index(drop=True)
    amount = truth.reporting_amount(rows["micros"], rows["currency"], rows["date"])
    spread = pd.DataFrame(
        {
            "date": rows["date"],
            "channel": rows["channel"].astype(object).fillna("").replace("", UNKNOWN),
            "campaign": UNKNOWN,
            "platform": UNKNOWN,
            **{name: amount.where(rows["cost_type"].astype(object) == name) for name in TYPES},
        }
    )
    return [Additive(spread, ("channel", "campaign", "platform"), TYPES)]
