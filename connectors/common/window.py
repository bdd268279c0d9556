"""Days and periods that a load asks for."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

Grain = Literal["day", "week", "month", "quarter"]
GRAINS: tuple[Grain, ...] = ("day", "week", "month", "quarter")


def period_start(grain: Grain, day: date, fiscal_year_start_month: int = 1) -> date:
    """First day of the day's period; weeks are ISO weeks, quarters those of the fiscal year."""
    if grain == "week":
        return day - timedelta(days=day.weekday())
    if grain == "month":
        return day.replace(day=1)
    if grain == "quarter":
        return _month_start(day, -((day.month - fiscal_year_start_month) % 3))
    return day


def period_end(grain: Grain, day: date, fiscal_year_start_month: int = 1) -> date:
    """Last day of the day's period."""
    start = period_start(grain, day, fiscal_year_start_month)
    if grain == "week":
        return start + timedelta(days=6)
    if grain in ("month", "quarter"):
        return _month_start(start, 1 if grain == "month" else 3) - timedelta(days=1)
    return start


def _month_start(day: date, months: int) -> date:
    """First day of the month some months later."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, 1)


@dataclass(frozen=True, order=True)
class Period:
    """One whole period; `date_to` is cut at the last day that is to be asked for."""

    grain: Grain
    date_from: date
    date_to: date

    @property
    def id(self) -> str:
        """`week:2026-03-02`: grain and first day as one text, the window key of people tables."""
        return f"{self.grain}:{self.date_from.isoformat()}"


@dataclass(frozen=True)
class Window:
    """Days from `date_from` to `date_to`, both included; its quarters are those of the fiscal year."""

    date_from: date
    date_to: date
    fiscal_year_start_month: int = 1

    def __post_init__(self) -> None:
        if self.date_from > self.date_to:
            raise ValueError(f"window ends {self.date_to} before it starts {self.date_from}: swap --from and --to")

    def days(self) -> list[date]:
        return [self.date_from + timedelta(days=offset) for offset in range((self.date_to - self.date_from).days + 1)]

    def periods(self, grain: Grain, until: date | None = None) -> list[Period]:
        """All whole periods that the window touches: the first widened, the last cut at `until` (the window's end)."""
        found, day = [], self.period_start(grain, self.date_from)
        while day <= self.date_to:
            end = period_end(grain, day, self.fiscal_year_start_month)
            found.append(Period(grain, day, min(end, until or self.date_to)))
            day = end + timedelta(days=1)
        return found

    def period_start(self, grain: Grain, day: date) -> date:
        """First day of a day's period."""
        return period_start(grain, day, self.fiscal_year_start_month)

    def chunks(self, days: int) -> Iterator["Window"]:
        """Consecutive windows of at most `days` days."""
        start = self.date_from
        while start <= self.date_to:
            end = min(start + timedelta(days=days - 1), self.date_to)
            yield Window(start, end)
            start = end + timedelta(days=1)
