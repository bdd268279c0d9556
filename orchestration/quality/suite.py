"""What a gate is made of. No import of Great Expectations here: it takes seconds."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date


class GateBrokenError(Exception):
    """A check could not run: says nothing about the data."""


@dataclass(frozen=True)
class Rule:
    """`sql` selects the rows that must not be; its first column becomes the sample key. `name`: the fact that holds."""

    name: str
    table: str
    sql: str
    threshold: str = "no such rows"


@dataclass(frozen=True)
class Unique:
    """The rows that `query` gives are unique by `key`."""

    table: str
    query: str
    key: tuple[str, ...]


@dataclass(frozen=True)
class Volume:
    """`query` gives between `least` and `most` rows."""

    table: str
    query: str
    least: int
    most: int


@dataclass(frozen=True)
class Days:
    """What a landing gate looks at: the days that are to be promoted, and until when data could be there."""

    date_from: date
    date_to: date
    last_day: date

    @property
    def count(self) -> int:
        return (self.date_to - self.date_from).days + 1

    @property
    def is_latest(self) -> bool:
        """False for a reload of old days: freshness cannot be told from them."""
        return self.date_to >= self.last_day


# Names of negative numbers that are right, by table: corrections, differences.
Signed = Mapping[str, frozenset[str]]


@dataclass(frozen=True)
class Sums:
    """What landed equals what is published.

    `landed`: SQL of one number over `<source>_landing.raw_<source>`; `published`: the same over `{mart}`, the
    published table `table`.
    """

    name: str
    source: str
    table: str
    landed: str
    published: str
    tolerance: float = 0.0
