"""What is told: each cause, once a day, to whom it concerns; nothing on numbers that nobody should act on."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from orchestration.alerts.causes import alerts
from orchestration.alerts.kpis import kpi_alerts
from orchestration.cli.marts import Marts
from orchestration.freshness import DEADLINES, missed
from tests.orchestration.alerts.conftest import NOON, OFF_TRACK, UNUSUAL, Alerted, read_company
from tests.orchestration.alerts.sinks import HttpSink

MARTS = Path(__file__).parents[3] / "dbt_project" / "models" / "marts" / "kpi"
STOCKHOLM = "Europe/Stockholm"


def told(company: Alerted, now: datetime = NOON) -> dict[str, str]:
    """Cause → text of what is so now."""
    return {alert.cause: alert.text for alert in alerts(company.home, read_company(company.config), now)}


def test_nothing_is_said_before_anything_ran(alerted: Alerted) -> None:
    assert told(alerted) == {}


def test_a_source_that_is_down_or_held_back_is_told_until_it_is_well(alerted: Alerted) -> None:
    records = alerted.ran("r1")
    alerted.load(records, "shop", "failed", "shop: failed 5 times")
    alerted.load(records, "web", "held", "web: held back")
    assert told(alerted) == {"source_down": "shop: failed 5 times", "failed_gate": "web: held back"}
    alerted.load(records, "shop", "loaded")
    alerted.load(records, "web", "unchanged")
    assert told(alerted) == {}


@pytest.mark.parametrize("gate", ["dbt", "marts"])
def test_a_failed_gate_of_the_run_is_told_as_such_and_not_twice(alerted: Alerted, gate: str) -> None:
    alerted.gate(alerted.ran("r1", "models: kpi_values failed"), gate)
    (cause,) = told(alerted)
    assert cause == "failed_gate"
    assert "kpi_values: grain_is (2 rows)" in told(alerted)[cause]


def test_the_last_run_that_ended_decides(alerted: Alerted) -> None:
    alerted.ran("r1", "models: fct_orders: out of memory")
    assert told(alerted) == {"failed_run": "The last run failed: models: fct_orders: out of memory"}
    running = alerted.ran("r2", started="2026-03-18T06:30:00+00:00")
    assert told(alerted) == {}
    (running.folder / "outcome.run.json").unlink()  # it still runs
    assert set(told(alerted)) == {"failed_run"}


def test_a_class_is_late_when_its_deadline_finds_older_values(alerted: Alerted) -> None:
    alerted.ran("r1").write_published(DEADLINES)
    assert told(alerted) == {}
    assert told(alerted, NOON + timedelta(hours=20)) == {}, "08:00 is before the deadline of 09:00"
    assert told(alerted, NOON + timedelta(hours=22)) == {
        "late_run": "The operational KPIs are those of 2026-03-18 06:30; they were due by 2026-03-19 09:00."
    }
    late = [alert.key for alert in alerts(alerted.home, read_company(alerted.config), NOON + timedelta(days=30))]
    assert late == ["operational", "tactical", "strategic"]


def test_deadlines_are_those_of_the_clock_on_the_wall() -> None:
    known = datetime(2026, 3, 28, 4, 30, tzinfo=UTC)  # summer time begins on the 29th
    assert missed("operational", known, datetime(2026, 3, 29, 6, 59, tzinfo=UTC), STOCKHOLM) is None
    deadline = missed("operational", known, datetime(2026, 3, 29, 7, 0, tzinfo=UTC), STOCKHOLM)
    assert deadline == datetime(2026, 3, 29, 7, 0, tzinfo=UTC)


def test_a_goal_off_track_and_an_unusual_value_are_told_in_words(alerted: Alerted) -> None:
    alerted.publish()
    assert told(alerted) == {
        "goal_off_track": "Orders: 76 until 17 Mar 2026 instead of 75.60; target 180 by 30 Jun 2026 (Sell more)",
        "anomaly": "Sessions, week 11 2026: 40 instead of the expected 90 Hold decisions on this KPI.",
    }


@pytest.mark.parametrize("status", ["at_risk", "on_track", "no_target"])
def test_a_goal_that_is_not_off_track_is_no_alert(alerted: Alerted, status: str) -> None:
    alerted.tables["kpi_goals"] = [{**OFF_TRACK, "status": status}, {**OFF_TRACK, "is_active": False}]
    alerted.publish()
    assert "goal_off_track" not in told(alerted)


@pytest.mark.parametrize("flag", ["is_open_period", "is_provisional", "is_unreliable", "is_missing"])
def test_numbers_that_may_still_change_or_mean_nothing_give_no_alert(alerted: Alerted, flag: str) -> None:
    alerted.tables["kpi_values"] = [{**UNUSUAL, flag: True}]
    alerted.publish()
    assert "anomaly" not in told(alerted)


def test_an_old_unusual_value_is_no_news(alerted: Alerted) -> None:
    alerted.tables["kpi_actions"] = [{**alerted.tables["kpi_actions"][0], "proposed_on": datetime(2026, 3, 10).date()}]
    alerted.publish()
    assert "anomaly" not in told(alerted)


def test_marts_of_another_version_are_told_and_stop_nobody(alerted: Alerted) -> None:
    alerted.tables.pop("kpi_goals")
    alerted.publish()
    assert "run `nyckeltal refresh --cadence full`" in told(alerted)["failed_run"]


def test_the_published_tables_have_the_columns_that_are_read() -> None:
    """The tables as their contracts declare them, empty."""
    with duckdb.connect(":memory:") as connection:
        for name in ("kpi_goals", "kpi_boards", "kpi_values", "kpi_actions", "kpi_catalog"):
            models = yaml.safe_load((MARTS / f"{name}.yml").read_text("utf-8"))["models"]
            model = next(item for item in models if item["name"] == name)
            columns = ", ".join(f"{column['name']} {column['data_type']}" for column in model["columns"])
            connection.execute(f"create table {name} ({columns})")
        connection.execute("create table publish_info as select date '2026-03-17' as data_until")
        assert list(kpi_alerts(Marts(connection))) == []


def test_a_persona_hears_of_its_own_kpis_and_of_what_concerns_everybody(alerted: Alerted, webhook: HttpSink) -> None:
    alerted.publish()
    alerted.load(alerted.ran("r1"), "shop", "failed", "shop: down")
    alerted.settle("targets: {team: {persona: manager}}\n")
    (message,) = alerted.tell(is_dry=True)
    assert [alert.cause for alert in message.alerts] == ["source_down", "goal_off_track"]
    alerted.settle("targets: {team: {causes: [anomaly]}}\n")
    (message,) = alerted.tell(is_dry=True)
    assert [alert.cause for alert in message.alerts] == ["anomaly"]


def test_repeats(alerted: Alerted, webhook: HttpSink) -> None:
    """A lasting fault daily, a goal as often as it is reviewed, a period once."""
    alerted.publish()
    alerted.load(alerted.ran("r1"), "shop", "failed", "shop: down")
    days: dict[int, list[Any]] = {}
    for day in range(32):
        sent = alerted.tell(NOON + timedelta(days=day))
        days[day] = sorted(alert.cause for message in sent for alert in message.alerts if alert.cause != "late_run")
    assert days[0] == ["anomaly", "goal_off_track", "source_down"]
    assert {day for day, causes in days.items() if "goal_off_track" in causes} == {0, 30}
    assert all("source_down" in causes for causes in days.values())
    assert len(webhook.posts) == 32
