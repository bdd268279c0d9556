"""The periods of a page: what its trends show, what a reader may choose, and which period explains which."""

from dataclasses import dataclass
from datetime import date, timedelta

from dashboards.views import EXPLAINED_BY, EXTENTS, LENGTH_DAYS, MONTHS_OF
from orchestration.cli.marts import Marts


@dataclass(frozen=True)
class Axis:
    """First days, oldest first. `choices`: the closed ones to choose among; `open_start`: the one that is not over."""

    grain: str
    closed: tuple[date, ...]
    open_start: date | None
    choices: tuple[date, ...]

    @property
    def starts(self) -> tuple[date, ...]:
        return self.closed if self.open_start is None else (*self.closed, self.open_start)

    @property
    def last(self) -> date | None:
        """The last closed period; None before there is one."""
        return self.choices[-1] if self.choices else None

    def before(self, start: date) -> date | None:
        """The closed period before one of the axis."""
        position = self.closed.index(start)
        return self.closed[position - 1] if position else None


def read_axis(marts: Marts, grain: str) -> Axis:
    extent = EXTENTS[grain]
    rows = marts.rows(
        "select period_start, bool_or(is_open_period) as is_open from kpi_values where period_grain = ? "
        "group by period_start order by period_start",
        [grain],
    )
    closed = tuple(row["period_start"] for row in rows if not row["is_open"])[-extent.shown :]
    open_start = rows[-1]["period_start"] if rows and rows[-1]["is_open"] else None
    return Axis(grain, closed, open_start, closed[-extent.choices :])


def explained_by(axis: Axis, explaining: Axis) -> dict[date, date | None]:
    """Chosen period → the last explaining period that was over with it."""
    found: dict[date, date | None] = {}
    for start in axis.choices:
        end = period_end(axis.grain, start)
        over = [other for other in explaining.choices if period_end(explaining.grain, other) <= end]
        found[start] = over[-1] if over else None
    return found


def explaining_axis(marts: Marts, axis: Axis) -> Axis:
    grain = EXPLAINED_BY[axis.grain]
    return axis if grain == axis.grain else read_axis(marts, grain)


def period_end(grain: str, start: date) -> date:
    """The last day."""
    if grain in LENGTH_DAYS:
        return start + timedelta(days=LENGTH_DAYS[grain] - 1)
    return months_on(start, MONTHS_OF[grain]) - timedelta(days=1)


def ending(grain: str, last: date) -> date | None:
    """The first day of the period that ends on a day; None where none of the grain can."""
    after = last + timedelta(days=1)
    if grain in LENGTH_DAYS:
        start = after - timedelta(days=LENGTH_DAYS[grain])
        return start if grain == "day" or start.weekday() == 0 else None
    return months_on(after, -MONTHS_OF[grain]) if after.day == 1 else None


def months_on(start: date, count: int) -> date:
    """The first day of a month that many later."""
    months = start.year * 12 + start.month - 1 + count
    return date(months // 12, months % 12 + 1, 1)


def length(grain: str, start: date) -> int:
    """Days."""
    return (period_end(grain, start) - start).days + 1


def longer_by(grain: str, start: date, other: date) -> tuple[int, int]:
    """Days, and of them Mondays to Fridays, that a period has more than another of its grain."""
    (days, weekdays), (other_days, other_weekdays) = (_lengths(grain, first) for first in (start, other))
    return days - other_days, weekdays - other_weekdays


def _lengths(grain: str, start: date) -> tuple[int, int]:
    days = length(grain, start)
    return days, sum((start + timedelta(days=number)).weekday() < 5 for number in range(days))
