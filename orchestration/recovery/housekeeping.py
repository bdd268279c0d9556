"""Once a month: people who were not seen for long are forgotten, old runs and logs go."""

import logging
import shutil
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path

import dagster as dg

from connectors.common.source import Source
from orchestration.erasing import erase
from orchestration.erasing.stale import stale_names
from orchestration.home import Home
from orchestration.records import all_runs, read_json, write_json
from orchestration.run import Run

logger = logging.getLogger("nyckeltal.run")

ENDED = [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED]
RUNS_AT_ONCE = 500


def tidy_monthly(run: Run, sources: Mapping[str, Source], instance: dg.DagsterInstance) -> bool:
    """In the first run of a month in the company's zone, whatever started it; whether it was due."""
    month = f"{run.last_day + timedelta(days=1):%Y-%m}"
    note = run.home.runs / "tidied.json"
    if read_json(note).get("month", "") >= month:
        return False
    retention = run.company.retention
    if retention.people_months:
        forget_people(run.home, sources, _months_before(run.last_day, retention.people_months))
    forget_records(run.home, run.as_of - timedelta(days=retention.runs_days), run.id)
    forget_dagster_runs(instance, run.as_of - timedelta(days=retention.runs_days))
    forget_logs(run.home, run.as_of - timedelta(days=retention.logs_days))
    write_json(note, {"month": month})
    return True


def forget_people(home: Home, sources: Mapping[str, Source], before: date) -> None:
    """Nothing names those any more who were last seen before the day; their rows stay as those of strangers."""
    if names := stale_names(home, sources, before):
        changed = erase(home, sources, names)
        logger.info("retention: %s names of people last seen before %s replaced", f"{sum(changed.values()):,}", before)


def forget_records(home: Home, before: datetime, besides: str) -> None:
    for records in all_runs(home.runs):
        if records.run_id != besides and records.as_of < before:
            shutil.rmtree(records.folder, ignore_errors=True)


def forget_dagster_runs(instance: dg.DagsterInstance, before: datetime) -> None:
    """Runs and their events, wherever Dagster keeps them."""
    old = dg.RunsFilter(statuses=ENDED, created_before=before)
    while found := instance.get_run_records(old, limit=RUNS_AT_ONCE):
        for record in found:
            instance.delete_run(record.dagster_run.run_id)


def forget_logs(home: Home, before: datetime) -> None:
    """Logs of dbt, and what steps printed."""
    for pattern in ("dbt/logs/**/*", "dagster/compute_logs/**/*", "dagster/storage/*/compute_logs/**/*"):
        for path in home.root.glob(pattern):
            if path.is_file() and _changed(path) < before.timestamp():
                path.unlink(missing_ok=True)


def _changed(path: Path) -> float:
    return path.stat().st_mtime


def _months_before(day: date, months: int) -> date:
    """The same day of an earlier month, or its last one."""
    index = day.year * 12 + day.month - 1 - months
    first = date(index // 12, index % 12 + 1, 1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return first.replace(day=min(day.day, last.day))
