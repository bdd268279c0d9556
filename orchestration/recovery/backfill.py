"""What a source's step asks for: what restates, a range given by hand in parts, or the days that were never loaded."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from connectors.common.run import Plan, plan_load
from connectors.common.source import Source
from connectors.common.table import Reload
from connectors.common.window import Window, period_end
from orchestration.home import Home
from orchestration.records import read_json, write_json
from orchestration.run import Run

SUFFIX = ".backfill.json"


@dataclass(frozen=True)
class Progress:
    """How far a range of a source has come; a file beside its private one as long as the range is not done."""

    file: Path

    @classmethod
    def of(cls, home: Home, source: Source) -> "Progress":
        return cls(home.state(source.name).with_suffix(SUFFIX))

    @staticmethod
    def is_any(home: Home) -> bool:
        """Whether a range of some source was begun and is not done."""
        return any(home.state("").parent.glob(f"*{SUFFIX}"))

    def asked(self) -> Window | None:
        """The range that is not done."""
        found = read_json(self.file)
        if not found:
            return None
        return Window(date.fromisoformat(found["date_from"]), date.fromisoformat(found["date_to"]))

    def left_of(self, asked: Window) -> Window:
        """What is left of a range; all of it unless this very range was begun before."""
        found = read_json(self.file)
        if not found.get("done_until") or self.asked() != Window(asked.date_from, asked.date_to):
            return asked
        return replace(asked, date_from=date.fromisoformat(found["done_until"]) + timedelta(days=1))

    def note(self, asked: Window, done_until: date) -> None:
        """After each part; the last one ends it."""
        if done_until >= asked.date_to:
            self.file.unlink(missing_ok=True)
            return
        days = {"date_from": asked.date_from, "date_to": asked.date_to, "done_until": done_until}
        write_json(self.file, {name: day.isoformat() for name, day in days.items()})


@dataclass(frozen=True)
class Part:
    """One load of a step; `range` is what it is a part of, None for what restates."""

    plan: Plan
    range: Window | None = None


def parts(run: Run, source: Source, gaps: list[Window]) -> Iterator[Part]:
    """The loads of a source's step, in their order; each is planned when it is its turn.

    A range given by hand is loaded alone; ranges in `gaps` come before what restates.
    """
    if run.date_from or run.date_to:
        asked = _plan(run, source, run.date_from, run.date_to).window
        yield from _in_parts(run, source, asked)
        return
    for gap in gaps:
        yield from _in_parts(run, source, gap)
    yield Part(_plan(run, source, None, None))


def gaps_of(run: Run, source: Source, loaded: list[Window]) -> list[Window]:
    """Ranges that were begun and not ended, and days inside of what was loaded that never were."""
    begun = Progress.of(run.home, source).asked()
    days = {day for window in loaded for day in window.days()}
    if not days:
        return [begun] if begun else []
    covered = days | (set(begun.days()) if begun else set())
    missing = [day for day in Window(min(days), max(days)).days() if day not in covered]
    return [*([begun] if begun else []), *_ranges(missing)]


def _ranges(days: list[date]) -> Iterator[Window]:
    """Days in a row as windows."""
    start = 0
    for end in range(1, len(days) + 1):
        if end == len(days) or days[end] - days[end - 1] > timedelta(days=1):
            yield Window(days[start], days[end - 1])
            start = end


def _in_parts(run: Run, source: Source, asked: Window) -> Iterator[Part]:
    """By quarters, so that no period of people is asked for twice and a killed range goes on where it stopped.

    Where the vendor is asked for what changed since, one question holds all.
    """
    left = Progress.of(run.home, source).left_of(replace(asked, fiscal_year_start_month=_first_month(run)))
    has_parts = not source.uses_cursor and any(table.reload is Reload.WINDOW for table in source.tables)
    day = left.date_from
    while day <= left.date_to:
        end = min(period_end("quarter", day, _first_month(run)), left.date_to) if has_parts else left.date_to
        yield Part(_plan(run, source, day, end), asked)
        day = end + timedelta(days=1)


def _first_month(run: Run) -> int:
    return run.company.fiscal_year_start_month


def _plan(run: Run, source: Source, date_from: date | None, date_to: date | None) -> Plan:
    company, name = run.company, source.name
    own = replace(
        source,
        reload_days=company.reload_days.get(name, source.reload_days),
        wide_reload_days=company.wide_reload_days.get(name, source.wide_reload_days),
    )
    return plan_load(
        own,
        run.home.state(name),
        run.as_of,
        run.last_day,
        company.history_start,
        date_from,
        date_to,
        company.fiscal_year_start_month,
        run.is_wide,
    )
