"""The days that move from year to year, and what a day or week is compared with because of them (README "Time")."""

from collections.abc import Callable
from functools import cache

import pandas as pd
from dateutil.easter import easter

from tests.oracle.periods import period_start, year_before

Instant = pd.Timestamp


def _easter(year: int) -> Instant:
    return pd.Timestamp(easter(year))


def _midsummer_eve(year: int) -> Instant:
    """The Friday from 19 to 25 June."""
    first = pd.Timestamp(year, 6, 19)
    return first + pd.Timedelta(days=(4 - first.dayofweek) % 7)


HOLIDAYS: tuple[Callable[[int], Instant], ...] = (
    lambda year: _easter(year) - pd.Timedelta(days=2),
    _easter,
    lambda year: _easter(year) + pd.Timedelta(days=1),
    _midsummer_eve,
)


def holiday_year_before(grain: str, starts: pd.Series) -> pd.Series:
    """`year_before` that follows the holidays; NaT where there is nothing to compare with."""
    found = year_before(grain, starts)
    if grain not in ("day", "week"):
        return found
    moved: dict[Instant, Instant] = {}
    for year in sorted({int(day.isocalendar().year) for day in starts} | {int(day.year) for day in starts}):
        moved |= _moved(grain, year)
    return found.mask(starts.isin(list(moved)), starts.map(moved).astype("datetime64[s]"))


@cache
def _moved(grain: str, year: int) -> dict[Instant, Instant]:
    """Days or weeks of a year that are not compared with the one of the same place, and with which they are."""
    feasts: dict[Instant, Instant] = {}
    for day in HOLIDAYS:
        start, before = (_start(grain, day(number)) for number in (year, year - 1))
        feasts.setdefault(start, before)
    everything = pd.Series(pd.date_range(f"{year - 1}-12-29", f"{year + 1}-01-03", unit="s"))
    days = everything[everything.dt.year == year]
    if grain == "week":
        days = everything[(everything.dt.dayofweek == 0) & (everything.dt.isocalendar()["year"] == year)]
    place = dict(zip(days, year_before(grain, days), strict=True))
    ordinary = sorted(start for start, before in place.items() if start not in feasts and before in feasts.values())
    free = sorted(place[start] for start in feasts if place[start] not in feasts.values())
    return feasts | dict(zip(ordinary, free, strict=True))


def _start(grain: str, day: Instant) -> Instant:
    return period_start(grain, pd.Series([day], dtype="datetime64[s]")).iloc[0]
