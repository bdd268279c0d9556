"""Dagster on PostgreSQL: the same command, its runs and events in the database and no SQLite file in the home."""

import json
import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from tests.orchestration.conftest import AS_OF, Toy

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
def test_a_refresh_is_recorded_in_postgres(toy: Toy, database: str) -> None:
    (toy.folder / "vendors.json").write_text(json.dumps(toy.held), "utf-8")
    environment = {name: value for name, value in os.environ.items() if name != "DAGSTER_HOME"}
    environment |= {"PYTHONPATH": str(ROOT), "NYCKELTAL_AS_OF": AS_OF, "NYCKELTAL_DAGSTER_POSTGRES_URL": database}
    ran = subprocess.run(
        [sys.executable, "-m", "tests.orchestration.toy", "refresh", "--cadence", "full"],
        cwd=toy.folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    (run_id,) = [path.parent.name for path in toy.home.runs.glob("*/run.json")]
    with psycopg.connect(database) as connection:
        assert connection.execute("select run_id, status from runs").fetchall() == [(run_id, "SUCCESS")]
        (events,) = connection.execute("select count(*) from event_logs where run_id = %s", [run_id]).fetchall()[0]
    assert events > 20
    assert list(toy.home.dagster.rglob("*.db")) == [], "a table lies in SQLite"
    password_free = (toy.home.dagster / "dagster.yaml").read_text("utf-8")
    assert database not in password_free, "the address stays in the environment"
