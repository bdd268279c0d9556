"""How measures become cells of a period and a segment set: sums, stocks and distinct people."""

from collections.abc import Sequence
from copy import copy
from typing import Protocol, Self

import numpy as np
import pandas as pd

from tests.oracle.calendar import Windows
from tests.oracle.catalogue import SEGMENT_SETS
from tests.oracle.periods import period_end, period_start


class Fact(Protocol):
    """Something that can be counted by period and segment set."""

    @property
    def rows(self) -> pd.DataFrame: ...

    @property
    def measures(self) -> tuple[str, ...]: ...

    def cells(self, grain: str, segment_set: str) -> pd.DataFrame | None:
        """`period_start`, the set's dimensions, one column per measure (null = not there).

        None if it has no such dimension.
        """
        ...

    def to_date(self, windows: Windows) -> "Fact | None":
        """What there is of it in the windows; None if it is only known of whole periods."""
        ...


def sum_cells(frame: pd.DataFrame, keys: Sequence[str], measures: Sequence[str]) -> pd.DataFrame:
    """Sums per key; a measure without any value stays null. What floats leave of a sum of nothing is nothing."""
    sums = frame.groupby(list(keys), observed=True, sort=False)[list(measures)].sum(min_count=1)
    return sums.mask(sums.abs() < 1e-9, 0.0).reset_index()


class Additive:
    """Rows of `date`, dimensions and measures that add up over days and segments (class A)."""

    def __init__(self, rows: pd.DataFrame, dims: Sequence[str], measures: Sequence[str]) -> None:
        self.rows, self.dims, self.measures = rows, tuple(dims), tuple(measures)
        self._days: dict[str, pd.DataFrame] = {}

    def cells(self, grain: str, segment_set: str) -> pd.DataFrame | None:
        keys = SEGMENT_SETS[segment_set]
        if not set(keys) <= set(self.dims):
            return None
        if segment_set not in self._days:
            self._days[segment_set] = sum_cells(self.rows, ("date", *keys), self.measures)
        days = self._days[segment_set]
        periods = days.assign(period_start=period_start(grain, days["date"]))
        return sum_cells(periods, ("period_start", *keys), self.measures)

    def to_date(self, windows: Windows) -> Self | None:
        found = copy(self)
        found.rows, found._days = self.rows[self.rows["date"].isin(windows.days)], {}
        return found


class Mature(Additive):
    """Cohort measures that count only when the youngest member of the cohort is `age` days old."""

    def __init__(
        self, rows: pd.DataFrame, dims: Sequence[str], measures: Sequence[str], age: int, until: pd.Timestamp
    ) -> None:
        super().__init__(rows, dims, measures)
        self.age, self.until = age, until

    def cells(self, grain: str, segment_set: str) -> pd.DataFrame | None:
        cells = super().cells(grain, segment_set)
        if cells is None:
            return None
        old_enough = period_end(grain, cells["period_start"]) + pd.Timedelta(days=self.age) <= self.until
        return cells[old_enough]

    def to_date(self, windows: Windows) -> None:
        return None


class Stock:
    """`date`, dimensions and one measure that is read on the last day of a period and added over segments (class S)."""

    def __init__(self, rows: pd.DataFrame, dims: Sequence[str], measure: str, until: pd.Timestamp) -> None:
        self.rows, self.dims, self.measures, self.until = rows, tuple(dims), (measure,), until

    def cells(self, grain: str, segment_set: str) -> pd.DataFrame | None:
        keys = SEGMENT_SETS[segment_set]
        if not set(keys) <= set(self.dims):
            return None
        start = period_start(grain, self.rows["date"])
        last_day = period_end(grain, start)
        last_day = last_day.where(last_day <= self.until, self.until)
        kept = self.rows[self.rows["date"] == last_day].assign(period_start=start)
        return sum_cells(kept, ("period_start", *keys), self.measures)

    def to_date(self, windows: Windows) -> Additive:
        """One day of each window: its last."""
        return Additive(self.rows[self.rows["date"].isin(windows.lasts)], self.dims, self.measures)


class Distinct:
    """People who did something on a day, counted once per period and cell of a single set (class N: never added up).

    `rows`: `date`, `person` (whole numbers from 0), dimensions, and one flag per measure in `flags` (measure → column).
    """

    def __init__(self, rows: pd.DataFrame, dims: Sequence[str], flags: dict[str, str | None]) -> None:
        self.rows, self.dims, self.flags = rows, tuple(dims), flags
        self.measures = tuple(flags)
        self._day_codes, days = pd.factorize(rows["date"])
        self._days = pd.DatetimeIndex(days)
        self._person = rows["person"].to_numpy(np.int64)
        self._people = int(self._person.max(initial=0)) + 1

    def cells(self, grain: str, segment_set: str) -> pd.DataFrame | None:
        keys = SEGMENT_SETS[segment_set]
        if len(keys) > 1 or not set(keys) <= set(self.dims):
            return None
        periods, starts = pd.factorize(period_start(grain, self._days))
        groups, labels = self._groups(*keys)
        cell = groups * len(starts) + periods[self._day_codes]
        size = len(labels) * len(starts)
        present = np.flatnonzero(np.bincount(cell, minlength=size))
        result = labels.iloc[present // len(starts)].reset_index(drop=True)
        result.insert(0, "period_start", np.asarray(starts)[present % len(starts)])
        for measure, column in self.flags.items():
            chosen = slice(None) if column is None else self.rows[column].to_numpy()
            # One whole number per person and cell: sorting numbers is ten times faster than dropping duplicate rows.
            pairs = np.sort(cell[chosen] * self._people + self._person[chosen])
            found = pairs[np.diff(pairs, prepend=-1) > 0] // self._people
            result[measure] = np.bincount(found, minlength=size)[present].astype(float)
        return result

    def to_date(self, windows: Windows) -> None:
        return None

    def _groups(self, dim: str | None = None) -> tuple[np.ndarray, pd.DataFrame]:
        """The number of each row's dimension value, and the values by number; one group without a dimension."""
        if dim is None:
            return np.zeros(len(self.rows), np.int64), pd.DataFrame(index=[0])
        codes, values = pd.factorize(self.rows[dim])
        return codes.astype(np.int64), pd.DataFrame({dim: np.asarray(values, dtype=object)})


class Returning:
    """Buyers of a period and how many of them had bought before it began."""

    measures: tuple[str, ...] = ("buyers", "returning_buyers")

    def __init__(self, rows: pd.DataFrame, dims: Sequence[str]) -> None:
        self.rows, self.dims = rows, tuple(dims)

    def cells(self, grain: str, segment_set: str) -> pd.DataFrame | None:
        keys = SEGMENT_SETS[segment_set]
        if not set(keys) <= set(self.dims):
            return None
        start = period_start(grain, self.rows["date"])
        people = self.rows.assign(period_start=start).drop_duplicates(["period_start", "person"])
        counted = people.assign(
            buyers=1.0, returning_buyers=(people["first_date"] < people["period_start"]).astype(float)
        )
        return sum_cells(counted, ("period_start", *keys), self.measures)

    def to_date(self, windows: Windows) -> "Returning":
        return Returning(self.rows[self.rows["date"].isin(windows.days)], self.dims)


def all_periods(grain: str, first: pd.Timestamp, until: pd.Timestamp) -> pd.DatetimeIndex:
    """Starts of all periods from the one of `first` to the one that holds `until`."""
    start = period_start(grain, pd.DatetimeIndex([first])).iloc[0]
    step = {"day": "D", "week": "7D", "month": "MS"}.get(grain, "3MS")
    return pd.date_range(start, until, freq=step, unit="s")
