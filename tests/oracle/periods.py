"""Days and periods (catalogue rule G10): ISO weeks, calendar months, quarters, and periods to date.

A quarter of a fiscal year is written `quarter@5`: the fiscal year begins in May.
"""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

GRAINS = ("day", "week", "month", "quarter")
STOCKHOLM = "Europe/Stockholm"


def data_until(as_of: datetime) -> pd.Timestamp:
    """The last complete day: the one before `as_of` in the company's zone."""
    local: date = as_of.astimezone(ZoneInfo(STOCKHOLM)).date()
    return pd.Timestamp(local) - pd.Timedelta(days=1)


def company_day(instants: pd.Series) -> pd.Series:
    """The Stockholm day of UTC instants."""
    aware = pd.to_datetime(instants, utc=True)
    return aware.dt.tz_convert(STOCKHOLM).dt.tz_localize(None).dt.normalize().astype("datetime64[s]")


def as_days(values: pd.Series) -> pd.Series:
    """A date column of any kind as midnights."""
    return pd.to_datetime(values).astype("datetime64[s]")


def _days(values: pd.Series | pd.DatetimeIndex) -> np.ndarray:
    return values.to_numpy().astype("datetime64[D]")


def period_start(grain: str, days: pd.Series | pd.DatetimeIndex) -> pd.Series:
    """First day of each day's period."""
    number = _days(days)
    if grain == "week":  # 1970-01-01 was a Thursday, three days after its Monday
        number = number - ((number.astype(np.int64) + 3) % 7).astype("timedelta64[D]")
    elif grain == "month":
        number = number.astype("datetime64[M]").astype("datetime64[D]")
    elif grain.startswith("quarter"):
        months = number.astype("datetime64[M]").astype(np.int64) - _first_month(grain)
        number = (months // 3 * 3 + _first_month(grain)).astype("datetime64[M]").astype("datetime64[D]")
    index = days.index if isinstance(days, pd.Series) else None
    return pd.Series(number.astype("datetime64[s]"), index=index)


def _first_month(grain: str) -> int:
    """Months from January to the first one of the (fiscal) year."""
    return int(grain.partition("@")[2] or 1) - 1


def next_start(grain: str, starts: pd.Series | pd.DatetimeIndex, periods: int = 1) -> pd.Series:
    """Start of the period that lies `periods` later."""
    number = _days(starts)
    if grain in ("day", "week"):
        number = number + np.timedelta64(periods * (7 if grain == "week" else 1), "D")
    else:
        months = periods * (3 if grain.startswith("quarter") else 1)
        number = (number.astype("datetime64[M]") + np.timedelta64(months, "M")).astype("datetime64[D]")
    index = starts.index if isinstance(starts, pd.Series) else None
    return pd.Series(number.astype("datetime64[s]"), index=index)


def period_end(grain: str, starts: pd.Series | pd.DatetimeIndex) -> pd.Series:
    """Last day of the periods that start on these days."""
    return next_start(grain, starts) - pd.Timedelta(days=1)


def year_before(grain: str, starts: pd.Series) -> pd.Series:
    """Start of the period to compare with a year earlier; NaT for ISO week 53 without a match."""
    if grain == "day":
        return starts - pd.Timedelta(days=364)
    if grain != "week":
        return next_start(grain, starts, -12 if grain == "month" else -4)
    calendar = starts.dt.isocalendar()
    fourth_of_january = pd.to_datetime((calendar["year"] - 1).astype(str) + "-01-04").astype("datetime64[s]")
    first_monday = period_start("week", pd.Series(fourth_of_january, index=starts.index))
    found = first_monday + pd.to_timedelta((calendar["week"].astype("int64") - 1) * 7, unit="D")
    return found.where(found.dt.isocalendar()["year"] == calendar["year"] - 1).astype("datetime64[s]")


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
    """The last complete day, and what the company set: `quarter` as above."""

    until: pd.Timestamp
    quarter: str = "quarter"

    @property
    def spans(self) -> list[Span]:
        whole = [Span(name, self.quarter if name == "quarter" else name) for name in GRAINS]
        return whole + [Span(f"{span.name}_to_date", span.grain, self._windows(span.grain)) for span in whole[1:]]

    def year_before(self, grain: str, starts: pd.Series) -> pd.Series:
        """Start of the period to compare with a year earlier; NaT where there is none."""
        return year_before(grain, starts)

    def _windows(self, grain: str) -> Windows:
        current = period_start(grain, pd.Series([self.until], dtype="datetime64[s]"))
        compared = (next_start(grain, current, -1), self.year_before(grain, current))
        starts = pd.concat([current, *compared], ignore_index=True).dropna()
        same_length = starts + (self.until - current.iloc[0])
        ends = period_end(grain, starts)
        return Windows(pd.DatetimeIndex(starts), pd.DatetimeIndex(same_length.where(same_length <= ends, ends)))
