"""Days and instants of the zones in play: instants are microseconds since 1970 (UTC), days are days since then."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache, cached_property
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.integer[Any]]
Floats = npt.NDArray[np.floating[Any]]

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
NEVER = np.iinfo(np.int64).min  # numpy's and pandas' own mark for "no instant"
EPOCH = date(1970, 1, 1)
COMPANY_ZONE = "Europe/Stockholm"

# Share of visits per local hour: quiet at night, a peak in the evening.
_NIGHT = (1.4, 0.8, 0.5, 0.4, 0.4, 0.7, 1.7, 3.0)
_DAYTIME = (4.0, 4.8, 5.2, 5.4, 5.8, 5.4, 5.1, 5.0)
_EVENING = (5.1, 5.4, 6.0, 7.0, 7.8, 7.4, 5.6, 3.1)
_HOUR_WEIGHTS = (*_NIGHT, *_DAYTIME, *_EVENING)
_HOUR_SHARES = np.concatenate([[0.0], np.cumsum(_HOUR_WEIGHTS) / np.sum(_HOUR_WEIGHTS)])
_HOURS = np.arange(25) / 24


def day_number(day: date) -> int:
    return (day - EPOCH).days


def micros(instant: datetime) -> int:
    return (instant - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


@dataclass(frozen=True)
class Calendar:
    """The days of one zone from `first` to `last`: 23, 24 or 25 hours long."""

    zone: str
    first: int
    last: int

    @cached_property
    def midnights(self) -> Ints:
        """Instant of each local midnight, one more than there are days."""
        zone = ZoneInfo(self.zone)
        days = (EPOCH + timedelta(days=number) for number in range(self.first, self.last + 2))
        return np.array([micros(datetime(day.year, day.month, day.day, tzinfo=zone)) for day in days], dtype=np.int64)

    def instant(self, day: Ints, share: Floats) -> Ints:
        """The instant at a share (0 to 1) of each local day, in whole seconds."""
        start = self.midnights[day - self.first]
        length = (self.midnights[day - self.first + 1] - start) // SECOND
        return start + (length * share).astype(np.int64) * SECOND

    def day(self, instant: Ints) -> Ints:
        """The local day of each instant."""
        return np.searchsorted(self.midnights, instant, side="right") - 1 + self.first


@cache
def calendar(zone: str, first: int, last: int) -> Calendar:
    return Calendar(zone, first, last)


@dataclass(frozen=True)
class Clock:
    """The span of history: company days from `start` to the one that holds `as_of`."""

    start_day: int
    as_of: int

    def calendar(self, zone: str) -> Calendar:
        # A year before and after: look-backs, processing delays and costs reach beyond history.
        return calendar(zone, self.start_day - 370, self.as_of // DAY + 370)

    @property
    def company(self) -> Calendar:
        return self.calendar(COMPANY_ZONE)

    @property
    def start(self) -> int:
        return int(self.company.midnights[self.start_day - self.company.first])

    def last_day(self, zone: str) -> int:
        return int(self.calendar(zone).day(np.array([self.as_of]))[0])

    def days(self, zone: str = COMPANY_ZONE) -> Ints:
        return np.arange(self.start_day, self.last_day(zone) + 1)

    def elapsed(self, zone: str = COMPANY_ZONE) -> Floats:
        """Share of each day that has passed by `as_of`: 1 for all but the last."""
        shares = np.ones(len(self.days(zone)))
        midnights = self.calendar(zone).midnights
        last = self.last_day(zone) - self.calendar(zone).first
        shares[-1] = (self.as_of - midnights[last]) / (midnights[last + 1] - midnights[last])
        return shares

    @property
    def months(self) -> float:
        return (self.as_of - self.start) / DAY / 30.4375

    def happened(self, instant: Ints) -> Ints:
        """The instants, those after `as_of` as NEVER."""
        return np.where(instant <= self.as_of, instant, NEVER)


def time_of_day(draw: np.random.Generator, count: int) -> Floats:
    """Shares of a day, drawn by the usual visits per hour."""
    return np.interp(draw.random(count), _HOUR_SHARES, _HOURS)


def demand(days: Ints, start_day: int) -> Floats:
    """Interest in the shop per day around 1: growth of 1 % a month, weekday, season, and the sales of late November."""
    dates = days.astype("datetime64[D]")
    weekday = (days + 3) % 7  # 1970-01-01 was a Thursday; Monday is 0
    of_week = np.array([1.06, 1.02, 1.0, 1.0, 0.94, 0.92, 1.08])[weekday]
    day_of_year = (dates - dates.astype("datetime64[Y]")).astype(np.int64)
    season = 1 + 0.12 * np.cos((day_of_year - 345) / 365.25 * 2 * np.pi)
    is_sale = (day_of_year >= 325) & (day_of_year <= 334)
    growth = 1.01 ** ((days - start_day) / 30.4375)
    return of_week * season * np.where(is_sale, 1.7, 1.0) * growth
