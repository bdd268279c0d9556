"""The values that goals are about: the oracle's rows of a KPI and segment, period by period."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from tests.oracle.catalogue import SEGMENT_SETS
from tests.oracle.periods import period_end

Record = Mapping[str, Any]


@dataclass(frozen=True)
class Traits:
    """What the KPI catalogue says of a KPI: additivity (A, S, N, R), whether less is better, unit."""

    additivity: str
    is_lower_better: bool = False
    unit: str = "count"
    is_proportion: bool = False
    is_of_people: bool = False  # a ratio with distinct people in it


SHARE = Traits("R", unit="ratio", is_proportion=True)
COST = Traits("R", is_lower_better=True, unit="money")
TRAITS = {
    "revenue_net": Traits("A", unit="money"),
    "spend": Traits("A", unit="money"),
    **dict.fromkeys(("new_customers", "orders", "leads"), Traits("A")),
    "followers": Traits("S"),
    **dict.fromkeys(("web_users", "reach"), Traits("N")),
    **dict.fromkeys(("cvr_session", "engagement_rate", "repurchase_rate_90", "cvr_landing"), SHARE),
    **dict.fromkeys(("unsubscribe_rate", "bounce_rate"), Traits("R", True, "ratio", True)),
    "cvr_user": Traits("R", unit="ratio", is_proportion=True, is_of_people=True),
    **dict.fromkeys(("cac_blended", "cpl"), COST),
    **dict.fromkeys(("roas_net", "mer"), Traits("R", unit="x")),
    "nps": Traits("R", unit="index"),
}
# Their denominator is money: the cases are orders.
CASES_ARE_ORDERS = ("roas_net", "mer")

Series = Mapping[tuple[str, str, str], pd.DataFrame]


def by_series(values: pd.DataFrame, records: Iterable[Record]) -> Series:
    """The rows of the goals' KPIs by KPI, grain and segment set."""
    wanted = {"orders", *(record["kpi_id"] for record in records)}
    chosen = values[values["kpi_id"].isin(wanted)]
    groups = chosen.groupby(["kpi_id", "period_grain", "segment_set"])
    return {(str(key[0]), str(key[1]), str(key[2])): rows for key, rows in groups}  # type: ignore[index]


def segments_of(record: Record, records: list[Record]) -> list[dict[str, str]]:
    """A goal's own segment, or those of the leaves below a goal of parts."""
    if record.get("segment") != "parts":
        return [record.get("segment") or {}]
    children = [child for child in records if child.get("parent") == record["goal_id"]]
    return [segment for child in children for segment in segments_of(child, records)]


def cell(series: Series, kpi_id: str, grain: str, segment: dict[str, str]) -> pd.DataFrame:
    segment_set = next(name for name, dims in SEGMENT_SETS.items() if set(dims) == set(segment))
    rows = series[kpi_id, grain, segment_set]
    for name, value in segment.items():
        rows = rows[rows[name] == value]
    return rows


def periods_of(
    series: Series, kpi_id: str, grain: str, segments: list[dict[str, str]], length: str, until: pd.Timestamp
) -> pd.DataFrame:
    """One row per period with a row of one of the segments, oldest first: parts, value, `cases`, and its last days.

    `length`: the grain as `periods` writes it.
    """
    summed = _summed(series, kpi_id, grain, segments)
    summed["value"], summed["cases"] = summed["numerator"], np.inf
    if TRAITS[kpi_id].additivity == "R":
        summed["value"] = summed["numerator"] / summed["denominator"].where(summed["denominator"] != 0)
        summed["cases"] = summed["denominator"]
        if kpi_id in CASES_ARE_ORDERS:
            summed["cases"] = _summed(series, "orders", grain, segments)["numerator"]
    found = summed.sort_index().reset_index()
    end = period_end(length, found["period_start"])
    return found.assign(end=end, last_day=end.where(end <= until, until))


def _summed(series: Series, kpi_id: str, grain: str, segments: list[dict[str, str]]) -> pd.DataFrame:
    cells = pd.concat([cell(series, kpi_id, grain, segment) for segment in segments])
    return cells.groupby("period_start").agg(
        numerator=("numerator", "sum"),
        denominator=("denominator", lambda part: part.sum(min_count=1)),
        is_open=("is_open_period", "any"),
    )
