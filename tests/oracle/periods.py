"""Days and periods (catalogue rule G10): ISO weeks, calendar months, quarters, and periods to date.

A quarter of a fiscal year is written `quarter@5`: the fiscal year begins in May.
"""

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


def plain(grain: str) -> str:
    """The grain without the company's fiscal year: `quarter` for `quarter@5`."""
    return grain.partition("@")[0]


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
