"""Customers without a contract: who is still one at the ends of a period, and who lapsed in it."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from tests.oracle.calendar import Windows
from tests.oracle.catalogue import SEGMENT_SETS
from tests.oracle.customers import DIMS, first_orders, purchases
from tests.oracle.facts import Fact, all_periods, sum_cells
from tests.oracle.periods import period_end, plain
from tests.oracle.state import Truth

FLOOR_DAYS = 60
GAPS = 2
DAY = pd.Timedelta(days=1)


class States:
    """People whose state is compared at the ends of each period; `measured` gives the rows of one period."""

    def __init__(self, rows: pd.DataFrame, dims: Sequence[str], measures: tuple[str, ...], until: pd.Timestamp) -> None:
        self.rows, self.dims, self.measures, self.until = rows, tuple(dims), measures, until
        self._by_grain: dict[str, pd.DataFrame] = {}

    def measured(self, grain: str, start: pd.Timestamp, last: pd.Timestamp) -> pd.DataFrame:
        """One row per person that the period knows, with the dimensions and `measures`."""
        raise NotImplementedError

    def cells(self, grain: str, segment_set: str) -> pd.DataFrame | None:
        keys = SEGMENT_SETS[segment_set]
        if not set(keys) <= set(self.dims) or plain(grain) not in ("month", "quarter"):
            return None
        if grain not in self._by_grain:
            starts = all_periods(grain, self.rows["from"].min(), self.until)
            ends = period_end(grain, starts)
            parts = [
                self.measured(grain, start, min(end, self.until)).assign(period_start=start)
                for start, end in zip(starts, ends, strict=True)
            ]
            self._by_grain[grain] = pd.concat(parts, ignore_index=True)
        return sum_cells(self._by_grain[grain], ("period_start", *keys), self.measures)

    def to_date(self, windows: Windows) -> None:
        return None


class Activity(States):
    """`rows`: spans of being a customer: `person, from, until` (first day that is none), `lapse` (or null), dims."""

    def measured(self, grain: str, start: pd.Timestamp, last: pd.Timestamp) -> pd.DataFrame:
        rows = self.rows[(self.rows["from"] <= last) & (self.rows["until"] >= start)]
        flags = rows.assign(
            active_at_start=rows["from"] < start, active_at_end=rows["until"] > last, lapsed=rows["lapse"] <= last
        )
        people = flags.groupby(["person", *self.dims], observed=True)[list(self.measures)].any().reset_index()
        people["lapsed"] &= people["active_at_start"]
        return people.astype(dict.fromkeys(self.measures, float))


def facts(truth: Truth) -> list[Fact]:
    spans = _spans(truth).merge(first_orders(truth)[["person", *DIMS]], on="person")
    return [Activity(spans, DIMS, ("active_at_start", "active_at_end", "lapsed"), truth.until)]


def _spans(truth: Truth) -> pd.DataFrame:
    """From each day with a purchase to the next one, or to the day after the limit that held then."""
    days = purchases(truth)[["person", "date"]].drop_duplicates().sort_values(["person", "date"]).reset_index(drop=True)
    by_person = days.groupby("person")["date"]
    gap = by_person.diff().dt.days
    median = gap.groupby(days["person"]).expanding().median().reset_index(level=0, drop=True).sort_index()
    limit = np.maximum(FLOOR_DAYS, GAPS * median.fillna(0))
    after = by_person.shift(-1)
    lapse = days["date"] + pd.to_timedelta(limit, unit="D") + DAY
    returns = after.notna() & (after <= lapse)
    return pd.DataFrame(
        {
            "person": days["person"],
            "from": days["date"],
            "until": after.where(returns, lapse),
            "lapse": lapse.where(~returns),
        }
    )
