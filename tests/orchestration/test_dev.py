"""Webserver and daemon over the toy company: what a data engineer does in the UI, through the GraphQL that it uses."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from dagster._core.scheduler.instigation import ScheduleInstigatorData

from orchestration.home import Home
from orchestration.records import LoadRecord, Records
from tests.orchestration.conftest import environment, prepare, query, vendors
from tests.orchestration.served import DRY_RUN, START_SCHEDULE, TICKS, Served, served

AS_OF = "2026-04-10T05:30:00+00:00"
NEXT_DAY = "2026-04-11T05:30:00+00:00"
TOY = ("--module-name", "tests.orchestration.toy_definitions")
WEB = ["web", "sessions"]


def test_materialize_backfill_schedule_and_a_failed_check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    prepare(tmp_path)
    monkeypatch.delenv("DAGSTER_HOME")  # it goes where the product puts it
    told = {name: value for name, value in environment(tmp_path).items() if name != "DAGSTER_HOME"}
    home, held = Home(tmp_path / "home"), vendors("2026-04-20")

    with served(tmp_path, {**told, "NYCKELTAL_AS_OF": AS_OF}, *TOY) as dev:
        hold(tmp_path, held)
        materialize_one_source(dev, home)
        held["web"][20]["sessions"] = 5000  # 2026-01-11, direct: long outside of what a refresh reloads
        hold(tmp_path, held)
        backfill_three_months(dev, home)
        start_the_daily_schedule(dev)
    sleep(home, timedelta(days=2))
    held["web"] = [{**row, "sessions": -5} if row["date"] == "2026-04-10" else row for row in held["web"]]
    hold(tmp_path, held)
    with served(tmp_path, {**told, "NYCKELTAL_AS_OF": NEXT_DAY}, *TOY) as dev:
        run = catch_up(dev)
        read_the_failed_check(dev, home, run)


def materialize_one_source(dev: Served, home: Home) -> None:
    run = dev.materialize([WEB])
    assert dev.ended(run)["status"] == "SUCCESS", dev.tail()
    (load,) = loads(home, run).values()
    assert (load.source, load.status, load.rows) == ("web", "loaded", {"sessions": 2 * 99})
    check = dev.check(WEB)
    assert (check["runId"], check["status"]) == (run, "SUCCEEDED")


def backfill_three_months(dev: Served, home: Home) -> None:
    run = dev.launch("backfill", date_from="2026-01-01", date_to="2026-03-31")
    assert dev.ended(run)["status"] == "SUCCESS", dev.tail()
    assert dev.runs_of("backfill") == [run], "a range is one run"
    windows = {name: (load.date_from, load.date_to) for name, load in loads(home, run).items()}
    three_months = ("2026-01-01", "2026-03-31")
    assert windows == {"shop": three_months, "web": three_months, "mail": (None, None)}
    assert sessions(home, "2026-01-11") == 5000 + 110
    assert sessions(home, "2026-04-09") == 2 * 198, "days outside of the range stay"


def start_the_daily_schedule(dev: Served) -> None:
    now = datetime.now(UTC).timestamp()
    would = dev.schedule(DRY_RUN, "daily", timestamp=now)["evaluationResult"]
    assert would["error"] is None
    (request,) = would["runRequests"]
    assert "date_from" not in request["runConfigYaml"], "it starts where the last load ended"
    assert dev.schedule(START_SCHEDULE, "daily")["scheduleState"]["status"] == "RUNNING"


def sleep(home: Home, long: timedelta) -> None:
    """As if the schedule had been started that long ago, and the machine been off ever since."""
    with dg.DagsterInstance.from_config(str(home.dagster)) as instance:
        (state,) = (state for state in instance.all_instigator_state() if state.name == "daily")
        data = state.instigator_data
        assert isinstance(data, ScheduleInstigatorData)
        started = (datetime.now(UTC) - long).timestamp()
        instance.update_instigator_state(
            state.with_data(ScheduleInstigatorData(data.cron_schedule, start_timestamp=started))
        )


def catch_up(dev: Served) -> str:
    """The daemon ticks once for the days that were slept through; the run that it launched."""

    def ticks() -> list[dict[str, Any]] | None:
        found = dev.schedule(TICKS, "daily")["scheduleState"]["ticks"]
        return found if found and found[0]["status"] != "STARTED" else None

    (tick,) = dev.wait("a tick of the schedule", 120, ticks)
    assert (tick["status"], tick["error"]) == ("SUCCESS", None)
    (run,) = tick["runIds"]
    assert dev.runs_of("refresh_daily") == [run]
    return str(run)


def read_the_failed_check(dev: Served, home: Home, run: str) -> None:
    """The web's gate holds its new day: the check says why, the run is red with that reason, the shop is fresh."""
    ended = dev.ended(run)
    assert (ended["status"], ended["tags"]["dagster/schedule_name"]) == ("FAILURE", "daily")
    check = dev.check(WEB)
    assert (check["runId"], check["status"]) == (run, "FAILED")
    assert (check["evaluation"]["success"], check["evaluation"]["severity"]) == (False, "ERROR")
    assert check["evaluation"]["description"] == (
        "web: the new data are held back and the last good ones served, because sessions fails the check "
        "“counts and amounts are not negative”: 2 rows, for example 2026-04-10 direct"
    )
    assert dev.failure(run, "serving__run_outcome") == check["evaluation"]["description"]
    assert query(home.marts, "select max(order_date) from fct_orders")[0][0].isoformat() == "2026-04-10"
    assert sessions(home, "2026-04-10") is None


def hold(folder: Path, held: dict[str, Any]) -> None:
    (folder / "vendors.json").write_text(json.dumps(held), "utf-8")


def loads(home: Home, run: str) -> dict[str, LoadRecord]:
    return {load.source: load for load in Records(home.runs, run).loads()}


def sessions(home: Home, day: str) -> float | None:
    rows = query(
        home.marts,
        "select value from kpi_values where kpi_id = 'web_sessions' and period_grain = 'day' "
        f"and period_start = date '{day}'",
    )
    return rows[0][0] if rows else None
