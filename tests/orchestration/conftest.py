"""A toy company with a home of its own, refreshed by the real Dagster jobs in this process."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import pytest

from orchestration.assemble import assemble
from orchestration.home import Home
from orchestration.init import initialise
from orchestration.records import Records
from orchestration.schedules import job_name
from tests.orchestration.toy import SOURCES, TINY
from tests.postgres import NoPostgresError, new_database, running_postgres

AS_OF = "2026-03-18T05:30:00+00:00"
COMPANY = """\
name: Toy
time_zone: Europe/Stockholm
reporting_currency: SEK
history_start: 2026-01-01
"""


def vendors(until: str = "2026-03-24") -> dict[str, Any]:
    """One order a day, and sessions of two channels."""
    first = date(2026, 1, 1)
    days = [first + timedelta(days=number) for number in range((date.fromisoformat(until) - first).days + 1)]
    return {
        "shop": [
            {"id": f"o{number}", "date": day.isoformat(), "amount": 100 + number} for number, day in enumerate(days)
        ],
        "web": [
            {"date": day.isoformat(), "channel": channel, "sessions": 100 + number}
            for number, day in enumerate(days)
            for channel in ("direct", "email")
        ],
    }


@dataclass
class Refreshed:
    """What a run came to."""

    success: bool
    run_id: str
    result: Any
    records: Records

    def status(self) -> dict[str, str]:
        return {load.source: load.status for load in self.records.loads()}

    def error(self, source: str) -> str:
        return next(load.error for load in self.records.loads() if load.source == source) or ""

    def failure(self, step: str) -> str:
        """What a step failed with."""
        data = next(e.step_failure_data for e in self.result.all_events if e.is_step_failure and e.step_key == step)
        told = data.user_failure_data.description if data.user_failure_data else None
        return str(told or data.error)


@dataclass
class Toy:
    """The company; `held` is what its vendors answer."""

    folder: Path
    definitions: dg.Definitions
    held: dict[str, Any] = field(default_factory=vendors)

    @property
    def home(self) -> Home:
        return Home(self.folder / "home")

    def refresh(self, cadence: str = "full", as_of: str = AS_OF, **settings: object) -> Refreshed:
        (self.folder / "vendors.json").write_text(json.dumps(self.held), "utf-8")
        initialise(self.home, SOURCES)
        job = self.definitions.resolve_job_def(job_name(cadence))
        with dg.DagsterInstance.ephemeral() as instance:
            result = job.execute_in_process(
                instance=instance,
                raise_on_error=False,
                run_config={
                    "resources": {
                        "run_settings": {"config": {"as_of": as_of, "rebuild": cadence == "full", **settings}}
                    },
                    "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
                },
            )
        return Refreshed(result.success, result.run_id, result, Records(self.home.runs, result.run_id))

    def marts(self, sql: str) -> list[tuple[Any, ...]]:
        return query(self.home.marts, sql)

    def value(self, kpi_id: str, grain: str, start: str) -> float | None:
        rows = self.marts(
            f"select value from kpi_values where kpi_id = '{kpi_id}' and period_grain = '{grain}' "
            f"and period_start = date '{start}'"
        )
        return rows[0][0] if rows else None


def query(file: Path, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(":memory:") as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute(f"attach '{file}' as found (read_only)")
        connection.execute("use found")
        return connection.execute(sql).fetchall()


@pytest.fixture(scope="session")
def toy_definitions() -> dg.Definitions:
    return assemble(SOURCES, TINY)


@pytest.fixture
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, toy_definitions: dg.Definitions) -> Toy:
    """A company of which nothing was loaded yet."""
    for name, value in environment(tmp_path).items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    prepare(tmp_path)
    return Toy(tmp_path, toy_definitions)


def prepare(folder: Path) -> None:
    """The company's configuration in a folder, which becomes the working folder: the privacy key is made there."""
    (folder / "config").mkdir(parents=True, exist_ok=True)
    (folder / "config" / "company.yml").write_text(COMPANY, "utf-8")
    os.chdir(folder)
    os.environ.update(environment(folder))


def environment(folder: Path) -> dict[str, str]:
    return {
        "NYCKELTAL_HOME": str(folder / "home"),
        "NYCKELTAL_CONFIG": str(folder / "config"),
        "DAGSTER_HOME": str(folder / "home" / "dagster"),
        "TOY_VENDORS": str(folder / "vendors.json"),
        "SOURCES__SHOP__API_KEY": "shop-key-1f3870be",
        "SOURCES__WEB__API_KEY": "web-key-6b1b36cb",
    }


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """Address of a PostgreSQL of this session."""
    try:
        with running_postgres() as server:
            yield server
    except NoPostgresError as error:
        pytest.skip(str(error))


@pytest.fixture
def database(postgres: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """Address of an empty database of this test."""
    with new_database(postgres, f"t{abs(hash(request.node.nodeid))}") as address:
        yield address
