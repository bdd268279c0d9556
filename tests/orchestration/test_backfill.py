"""Ranges loaded again: in parts, going on where they stopped, never making younger rows older; gaps that are filled."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import dagster as dg
import pytest

from connectors.common import run as loader
from connectors.common.errors import SourceError
from connectors.common.source import Source
from connectors.common.window import Window
from orchestration.init import initialise
from orchestration.loading import load as step
from orchestration.ops import write_ops
from orchestration.records import LoadRecord
from orchestration.recovery.backfill import Progress, gaps_of
from orchestration.run import Run, RunSettings
from orchestration.schedules import FILL_GAPS
from tests.orchestration.conftest import Toy, query
from tests.orchestration.toy import SOURCES

AS_OF = "2026-03-18T05:30:00+00:00"
LATER = "2026-03-19T05:30:00+00:00"
WEB = SOURCES["web"]
RANGE: dict[str, Any] = {"date_from": "2025-08-10", "date_to": "2026-02-20"}


class Web:
    """The step of `web` alone: the windows it was asked for, and as of when; breaks at a number of them."""

    def __init__(self, toy: Toy, monkeypatch: pytest.MonkeyPatch) -> None:
        self.home = toy.home
        self.windows: list[tuple[str, str]] = []
        self.instants: list[datetime] = []
        self.breaks_at: int | None = None
        self._load = step.load
        monkeypatch.setattr(step, "load", self._watch)
        # What a gate lets through is tested elsewhere, and takes seconds to import.
        monkeypatch.setattr("orchestration.quality.landing.landing_gate", lambda *_: step.GateRecord("landing.web", ()))
        (toy.folder / "vendors.json").write_text(json.dumps(toy.held), "utf-8")
        initialise(toy.home, SOURCES)

    def step(self, as_of: str = AS_OF, breaks_at: int | None = None, **settings: Any) -> LoadRecord:
        self.windows, self.instants, self.breaks_at = [], [], breaks_at
        record, _ = step.land(self.run(as_of, **settings), WEB)
        return record

    def run(self, as_of: str = AS_OF, **settings: Any) -> Run:
        return Run.of(uuid4().hex, RunSettings(as_of=as_of, **settings))

    def _watch(self, source: Source, state: Path, plan: loader.Plan, as_of: datetime, *people: Any) -> Any:
        if len(self.windows) == self.breaks_at:
            raise SourceError("web: the vendor has had enough for today.")
        self.windows.append((str(plan.window.date_from), str(plan.window.date_to)))
        self.instants.append(as_of)
        return self._load(source, state, plan, as_of, *people)


@pytest.fixture
def web(toy: Toy, monkeypatch: pytest.MonkeyPatch) -> Web:
    return Web(toy, monkeypatch)


def test_a_range_goes_by_quarters_and_one_that_stopped_goes_on(web: Web) -> None:
    web.step()
    assert web.step(LATER, breaks_at=1, **RANGE).error == "web: the vendor has had enough for today."
    assert web.windows == [("2025-08-10", "2025-09-30")]
    assert web.step(LATER, **RANGE).status == "loaded"
    assert web.windows == [("2025-10-01", "2025-12-31"), ("2026-01-01", "2026-02-20")]
    assert not Progress.of(web.home, WEB).file.exists()
    # Asked for once more it is loaded once more, whole.
    web.step(LATER, **RANGE)
    assert web.windows[0] == ("2025-08-10", "2025-09-30")
    assert len(web.windows) == 3


def test_what_the_parts_before_the_break_brought_is_promoted_with_the_rest(web: Web) -> None:
    web.step(breaks_at=1, **{**RANGE, "date_from": "2025-11-01"})
    rows = "select count(*) from raw_web.loaded_windows"
    assert query(web.home.landing("web"), rows) == [(0,)]
    web.step(**{**RANGE, "date_from": "2025-11-01"})
    assert query(web.home.landing("web"), rows) == [(2,)]


def test_another_range_than_the_one_that_stopped_begins_at_its_own_start(web: Web) -> None:
    web.step(breaks_at=1, **RANGE)
    web.step(date_from="2026-01-10", date_to="2026-01-20")
    assert web.windows == [("2026-01-10", "2026-01-20")]


def test_a_range_loaded_again_is_never_asked_for_as_of_an_earlier_instant(web: Web) -> None:
    web.step(LATER)
    web.step(AS_OF, date_from="2026-03-01", date_to="2026-03-10")
    assert web.instants == [datetime.fromisoformat(LATER)]


def test_a_range_does_not_move_the_cursor_of_what_restates(web: Web) -> None:
    web.step()
    web.step(LATER, date_from="2026-02-01", date_to="2026-02-28")
    web.step(LATER)
    assert web.windows == [("2026-03-15", "2026-03-18")]


def test_gaps_are_found_and_filled_and_what_restates_comes_after_them(web: Web) -> None:
    web.step()
    # A source whose promoted file was put back from an old copy: two weeks are not there.
    windows = [Window(date(2026, 1, 1), date(2026, 2, 1)), Window(date(2026, 2, 16), date(2026, 3, 17))]
    assert gaps_of(web.run(), WEB, windows) == [Window(date(2026, 2, 2), date(2026, 2, 15))]
    assert gaps_of(web.run(), WEB, [Window(date(2026, 1, 1), date(2026, 3, 17))]) == []


def test_ranges_by_hand_leave_a_gap_which_a_run_fills(web: Web) -> None:
    web.step(date_from="2026-01-01", date_to="2026-01-10")
    web.step(date_from="2026-01-20", date_to="2026-03-17")
    write_ops(web.run(), SOURCES)
    status = "select missing_days from raw_ops.source_status where source = 'web'"
    assert query(web.home.landing("ops"), status) == [(9,)]
    web.step(fill_gaps=True)
    assert web.windows == [("2026-01-11", "2026-01-19"), ("2026-01-01", "2026-03-17")]
    write_ops(web.run(), SOURCES)
    assert query(web.home.landing("ops"), status) == [(0,)]


def test_a_range_that_stopped_is_a_gap(web: Web) -> None:
    web.step()
    web.step(breaks_at=1, **RANGE)
    web.step(LATER, fill_gaps=True)
    assert web.windows == [("2025-10-01", "2025-12-31"), ("2026-01-01", "2026-02-20"), ("2026-03-15", "2026-03-18")]


def test_the_schedule_of_gaps_runs_only_where_there_is_one(web: Web, toy: Toy) -> None:
    schedule = toy.definitions.get_schedule_def(FILL_GAPS)

    def runs() -> int:
        context = dg.build_schedule_context(scheduled_execution_time=datetime(2026, 3, 18, 4, 15, tzinfo=UTC))
        return len(schedule.evaluate_tick(context).run_requests or [])

    assert runs() == 0  # nothing was loaded yet
    web.step(date_from="2026-01-01", date_to="2026-03-17")
    write_ops(web.run(), SOURCES)
    assert runs() == 0
    Progress.of(web.home, WEB).note(Window(date(2026, 2, 1), date(2026, 2, 28)), date(2026, 2, 10))
    assert runs() == 1
    Progress.of(web.home, WEB).file.unlink()
    web.step(date_from="2025-11-01", date_to="2025-11-02")
    write_ops(web.run(), SOURCES)
    assert runs() == 1


def test_of_a_vendor_with_a_cursor_a_range_asks_what_changed_since_it_began(tmp_path: Path) -> None:
    shop = replace(SOURCES["shop"], uses_cursor=True)
    start, last_day, as_of = date(2026, 1, 1), date(2026, 3, 17), datetime.fromisoformat(AS_OF)
    plan = loader.plan_load(shop, tmp_path / "none", as_of, last_day, start, date(2026, 2, 1), date(2026, 2, 20))
    assert plan.changed_since == datetime(2026, 1, 31, tzinfo=UTC)  # in no zone has the first of February begun
    whole = loader.plan_load(shop, tmp_path / "none", as_of, last_day, start, start, last_day)
    assert whole.changed_since is None


def test_the_weekly_pass_goes_further_back_where_the_vendor_asks_for_it() -> None:
    wide = replace(WEB, wide_reload_days=30)
    last_day, as_of = date(2026, 3, 17), datetime.fromisoformat(AS_OF)
    told = (date(2026, 3, 16), as_of, as_of, last_day, date(2026, 1, 1))
    assert loader.plan_after(wide, *told).window.date_from == date(2026, 3, 14)
    assert loader.plan_after(wide, *told, is_wide=True).window.date_from == date(2026, 2, 15)
    assert loader.plan_after(WEB, *told, is_wide=True).window.date_from == date(2026, 3, 14)
    cursor = replace(wide, uses_cursor=True)
    assert loader.plan_after(cursor, *told, is_wide=True).changed_since == datetime(2026, 2, 16, 5, 30, tzinfo=UTC)


def test_the_company_sets_how_far_the_weekly_pass_goes_back(web: Web, toy: Toy) -> None:
    company = toy.folder / "config" / "company.yml"
    company.write_text(company.read_text("utf-8") + "wide_reload_days: {google_ads: 90}\n", "utf-8")
    assert web.run().company.wide_reload_days == {"google_ads": 90}


def test_a_machine_that_slept_catches_up_in_one_run(web: Web) -> None:
    web.step()
    web.step("2026-03-24T05:30:00+00:00")
    assert web.windows == [("2026-03-15", "2026-03-23")]
    assert query(web.home.landing("web"), "select count(distinct date) from raw_web.sessions") == [(82,)]
