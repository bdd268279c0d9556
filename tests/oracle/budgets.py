"""What media were planned to cost, spread over the days by the company's calendar."""

import pandas as pd

from tests.oracle.catalogue import UNKNOWN
from tests.oracle.facts import Additive, Fact
from tests.oracle.state import Truth

USUAL = 1_000  # weight of a day that the calendar does not list, in thousandths


def facts(truth: Truth) -> list[Fact]:
    budgets, calendar = truth.table("budgets"), truth.table("budget_days")
    days = (budgets["date_to"] - budgets["date_from"]).dt.days + 1
    rows = budgets.loc[budgets.index.repeat(days)]
    rows = rows.assign(date=rows["date_from"] + pd.to_timedelta(rows.groupby(level=0).cumcount(), unit="D"))
    rows = rows.reset_index(drop=True).merge(calendar, on="date", how="left")
    weight = rows["weight_thousandths"].fillna(USUAL)
    rows["micros"] = rows["amount_micros"] * weight / weight.groupby(rows["budget_id"].astype(object)).transform("sum")
    rows = rows[rows["date"] <= truth.until].reset_index(drop=True)
    planned = pd.DataFrame(
        {
            "date": rows["date"],
            "channel": rows["channel"].astype(object).fillna("").replace("", UNKNOWN),
            "planned": truth.reporting_amount(rows["micros"], rows["currency"], rows["date"]),
        }
    )
    return [Additive(planned, ("channel",), ("planned",))]
