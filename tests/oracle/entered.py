"""What the company itself tells by month: its books, its team's sheet, its panel on the brand; and search results."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from tests.oracle.calendar import Windows
from tests.oracle.catalogue import SEGMENT_SETS, UNKNOWN
from tests.oracle.facts import Additive, Fact, sum_cells
from tests.oracle.periods import company_day, period_end, period_start, plain
from tests.oracle.state import MICROS, Truth
from tests.oracle.surveys import floored

# KPI → its measures above and below the line with the rule by which months become quarters.
BOOKS: dict[str, dict[str, str]] = {
    "margin_gross": {"gross_profit": "sum", "revenue_of_gross_profit": "sum"},
    "margin_net": {"net_profit": "sum", "revenue_of_net_profit": "sum"},
    "staff_turnover": {"leavers": "sum", "staff_on_average": "mean"},
    "staff_satisfaction": {"staff_scores": "sum", "staff_answers": "sum"},
    "input_budget": {"budget": "sum"},
    "input_headcount": {"headcount": "last"},
    "input_equipment": {"equipment": "last"},
}
SHEET: dict[str, dict[str, str]] = {
    "wait_time": {"seconds_waited": "sum", "contacts_answered": "sum"},
    "process_lead_time": {"days_to_live": "sum", "items_finished": "sum"},
    "process_cost": {"production_cost": "sum", "assets_finished": "sum"},
    "rework_rate": {"hours_of_rework": "sum", "hours_worked": "sum"},
}


class Monthly:
    """Figures of months. A month without any is missing; a closed quarter is, too, unless all it needs was told."""

    def __init__(
        self, rows: pd.DataFrame, dims: tuple[str, ...], rules: Mapping[str, str], until: pd.Timestamp
    ) -> None:
        self.rows, self.dims, self.rules, self.until = rows, dims, rules, until
        self.measures = tuple(rules)

    def cells(self, grain: str, segment_set: str) -> pd.DataFrame | None:
        keys = SEGMENT_SETS[segment_set]
        if not set(keys) <= set(self.dims) or plain(grain) not in ("month", "quarter"):
            return None
        months = sum_cells(self.rows, ("date", *keys), self.measures).sort_values("date")
        months["period_start"] = period_start(grain, months["date"])
        return months.groupby(["period_start", *keys], observed=True, sort=False).agg(dict(self.rules)).reset_index()

    def to_date(self, windows: Windows) -> None:
        return None

    def told(self, grain: str) -> pd.DatetimeIndex:
        """Starts of the periods that are not missing."""
        months = pd.Series(self.rows["date"].unique())
        starts = period_start(grain, months)
        if grain == "month":
            return pd.DatetimeIndex(starts)
        count = months.groupby(starts).count()
        last = months.groupby(starts).max()
        ends = period_end(grain, pd.Series(count.index, index=count.index))
        is_stock = set(self.rules.values()) == {"last"}
        is_whole = last == period_start("month", ends) if is_stock else count == 3
        return pd.DatetimeIndex(count.index[(ends > self.until) | is_whole])


class Panel(Additive):
    """Answers of a panel; small personal cells become `(other)`. A period in which nobody was asked is missing."""

    def cells(self, grain: str, segment_set: str) -> pd.DataFrame | None:
        cells = super().cells(grain, segment_set)
        if cells is None or segment_set != "country":
            return cells
        return floored(cells, "country", self.measures)

    def to_date(self, windows: Windows) -> None:
        return None

    def told(self, grain: str) -> pd.DatetimeIndex:
        return pd.DatetimeIndex(period_start(grain, self.rows["date"]).unique())


def facts(truth: Truth) -> list[Fact]:
    return [*_figures(truth), _panel(truth), _search(truth)]


def _figures(truth: Truth) -> list[Fact]:
    rows = truth.table("book_figures").rename(columns={"month": "date"})
    rows["date"] = rows["date"].astype("datetime64[s]")
    is_over = period_end("month", rows["date"]) <= truth.until
    is_resource = rows["kpi_id"].isin(["input_budget", "input_headcount", "input_equipment"])
    rows = rows[is_over | (is_resource & (rows["date"] <= truth.until))]
    rows["channel"] = rows["channel"].astype(object).replace("", UNKNOWN)
    found: list[Fact] = []
    for kpi_id, rules in {**BOOKS, **SHEET}.items():
        mine = rows[rows["kpi_id"] == kpi_id].reset_index(drop=True)
        for measure, part in zip(rules, ("numerator_micros", "denominator_micros"), strict=False):
            mine[measure] = mine[part].astype("float64") / MICROS
        # Books know no channel.
        found.append(Monthly(mine, ("channel",) if kpi_id in SHEET else (), rules, truth.until))
    return found


def _panel(truth: Truth) -> Fact:
    panel = truth.table("brand_panel")
    panel = panel[truth.happened(panel["answered_at"])].assign(date=company_day(panel["answered_at"]))
    panel = panel[panel["date"] <= truth.until].reset_index(drop=True)
    counted = pd.DataFrame(
        {
            "date": panel["date"],
            "country": panel["country"].astype(object),
            "people_asked": 1.0,
            "people_who_knew": panel["recognises"].astype(float),
        }
    )
    return Panel(counted, ("country",), ("people_asked", "people_who_knew"))


def _search(truth: Truth) -> Fact:
    rows = truth.table("search_days")
    rows = rows[rows["date"] <= truth.until].reset_index(drop=True)
    counted = pd.DataFrame(
        {
            "date": rows["date"],
            "platform": "google",
            "country": rows["country"].astype(object),
            "device": rows["device"].astype(object),
            "results_shown": rows["impressions"].astype(float),
            "places": rows["impressions"] * rows["position_hundredths"].astype(np.float64) / 100,
        }
    )
    return Additive(counted, ("platform", "country", "device"), ("results_shown", "places"))
