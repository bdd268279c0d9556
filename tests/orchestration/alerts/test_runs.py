"""Alerts of real runs: told by the command line at the end of one, by the daemon's sensor at any time."""

import json
import os
import subprocess
import sys
from pathlib import Path

import dagster as dg
import pytest

from orchestration.alerts.sensor import alerts_sensor, failed_runs_sensor
from orchestration.init import initialise
from orchestration.records import Records, all_runs
from tests.orchestration.alerts.sinks import HttpSink
from tests.orchestration.conftest import AS_OF, Toy
from tests.orchestration.toy import SOURCES

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def told(toy: Toy, webhook: HttpSink, monkeypatch: pytest.MonkeyPatch) -> HttpSink:
    monkeypatch.setenv("NYCKELTAL_AS_OF", AS_OF)
    (toy.folder / "config" / "alerts.yml").write_text("targets: {team: {causes: [source_down, failed_run]}}\n", "utf-8")
    return webhook


def test_a_refresh_tells_at_its_end(toy: Toy, told: HttpSink) -> None:
    toy.held["faults"] = {"web": "down"}
    (toy.folder / "vendors.json").write_text(json.dumps(toy.held), "utf-8")
    command = [sys.executable, "-m", "tests.orchestration.toy", "refresh", "--cadence", "daily"]
    subprocess.run(
        command, cwd=toy.folder, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, check=False
    )
    ((_, post),) = told.posts
    (records,) = all_runs(toy.home.runs)
    assert "- web: /rows failed 5 times (HTTP 503). The next run tries again." in post["message"]
    assert post["message"].count(f"/runs/{records.run_id}") == 1
    assert "hook-4f1c" not in "".join(path.read_text("utf-8") for path in toy.home.alerts.glob("*.json"))


def test_a_run_of_the_daemon_that_failed_is_told_by_the_sensor(
    toy: Toy, told: HttpSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orchestration.building.dbt.inputs_fingerprint", lambda *_: 1 / 0)
    (toy.folder / "vendors.json").write_text(json.dumps(toy.held), "utf-8")
    initialise(toy.home, SOURCES)
    with dg.DagsterInstance.ephemeral() as instance:
        job = toy.definitions.resolve_job_def("refresh_daily")
        result = job.execute_in_process(instance=instance, raise_on_error=False)
        assert Records(toy.home.runs, result.run_id).outcome() is None
        assert "nothing to tell" in str(alerts_sensor(dg.build_sensor_context()))
        context = dg.build_run_status_sensor_context(
            sensor_name="failed_runs",
            dagster_event=next(event for event in result.all_events if event.is_run_failure),
            dagster_instance=instance,
            dagster_run=result.dagster_run,
        )
        failed_runs_sensor(context.for_run_failure())
    assert "team: 1 told" in str(alerts_sensor(dg.build_sensor_context()))
    ((_, post),) = told.posts
    assert "- The last run failed: ZeroDivisionError: division by zero" in post["message"]


def test_sensors_run_from_the_start_on(toy_definitions: dg.Definitions) -> None:
    sensors = {sensor.name: sensor.default_status for sensor in toy_definitions.sensors or []}
    assert sensors == dict.fromkeys(("alerts", "failed_runs"), dg.DefaultSensorStatus.RUNNING)
