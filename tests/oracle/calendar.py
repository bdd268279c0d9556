"""Which periods are published, and which are compared with which: whole ones, and those to date."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from tests.oracle.holidays import holiday_year_before
from tests.oracle.periods import GRAINS, next_start, period_end, period_start


@dataclass(frozen=True)
class Windows:
    """The days so far of the period that holds `until`, and as many first days of the periods to compare it with.

    `starts`: of the current period, the one before, the one of last year (left out where there is none). `lasts`: the
    last day of each; a shorter period is taken whole.
    """

    starts: pd.DatetimeIndex
    lasts: pd.DatetimeIndex

    @property
    def days(self) -> pd.DatetimeIndex:
        """Every day of every window."""
        spans = [pd.date_range(first, last, unit="s") for first, last in zip(self.starts, self.lasts, strict=True)]
        return pd.DatetimeIndex(np.concatenate([span.to_numpy() for span in spans]))


@dataclass(frozen=True)
class Span:
    """A published kind of period: whole periods of `grain`, or of those the windows to date."""

    name: str
    grain: str
    windows: Windows | None = None

    @property
    def whole_name(self) -> str:
        return self.name.removesuffix("_to_date")

    def end(self, starts: pd.Series) -> pd.Series:
        """Last day of the periods or windows."""
        if self.windows is None:
            return period_end(self.grain, starts)
        return starts.map(dict(zip(self.windows.starts, self.windows.lasts, strict=True)))

    def is_current(self, starts: pd.Series) -> np.ndarray:
        """False for the windows that are only there to compare with."""
        if self.windows is None:
            return np.ones(len(starts), bool)
        return (starts == self.windows.starts[0]).to_numpy()

    def are_as_long(self, starts: pd.Series, others: pd.Series) -> np.ndarray:
        """True for whole periods (months differ by nature) and for windows of as many days."""
        if self.windows is None:
            return np.ones(len(starts), bool)
        lengths, other_lengths = (self.end(begun) - begun for begun in (starts, others))
        return (lengths.to_numpy() == other_lengths.to_numpy()) & others.notna().to_numpy()


@dataclass(frozen=True)
class Calendar:
    """The last complete day, the company's quarters as `periods` writes them, the first loaded day (if told)."""

    until: pd.Timestamp
    quarter: str
    history_start: pd.Timestamp | None = None

    @property
    def spans(self) -> list[Span]:
        whole = [Span(name, self.quarter if name == "quarter" else name) for name in GRAINS]
        return whole + [Span(f"{span.name}_to_date", span.grain, self._windows(span.grain)) for span in whole[1:]]

    def year_before(self, grain: str, starts: pd.Series) -> pd.Series:
        """Start of the period to compare with a year earlier; NaT where there is none."""
        return holiday_year_before(grain, starts)

    def are_whole(self, starts: pd.Series) -> np.ndarray:
        """False for periods that began before the first loaded day."""
        if self.history_start is None:
            return np.ones(len(starts), bool)
        return (starts >= self.history_start).to_numpy()

    def _windows(self, grain: str) -> Windows:
        current = period_start(grain, pd.Series([self.until], dtype="datetime64[s]"))
        compared = (next_start(grain, current, -1), self.year_before(grain, current))
        starts = pd.concat([current, *compared], ignore_index=True).dropna()
        same_length = starts + (self.until - current.iloc[0])
        ends = period_end(grain, starts)
        return Windows(pd.DatetimeIndex(starts), pd.DatetimeIndex(same_length.where(same_length <= ends, ends)))
