"""Superset imports the bundle, and the numbers of each chart are those of SQL on the marts (`make test-superset`)."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import psycopg
import pytest

from connectors.config.bi import Postgres
from orchestration.building.manifest import Project
from orchestration.copies.postgres import copy_to_postgres
from orchestration.copies.postgres_trouble import URL
from orchestration.home import DBT_PROJECT
from orchestration.superset.bundle import bundle
from tests.landing import land
from tests.postgres import NoPostgresError, address, running_postgres
from tests.runner import run

ASK = Path(__file__).with_name("ask.py")
TABLES = ("kpi_values", "kpi_catalog", "awareness_daily", "consideration_daily", "conversion_daily", "loyalty_monthly")
# What the charts by channel and over time are to show, written here a second time.
TRENDS = {
    "Awareness: sessions": "select date_trunc('week', date) as t, sum(sessions) from awareness_daily group by 1",
    "Consideration: engaged sessions": (
        "select date_trunc('week', date) as t, sum(engaged_sessions) from consideration_daily group by 1"
    ),
    "Conversion: orders": "select date_trunc('week', date) as t, sum(orders) from conversion_daily group by 1",
    "Loyalty: orders of people": "select month as t, sum(orders_of_people) from loyalty_monthly group by 1",
}
CHANNELS = {
    "Awareness": "sum(sessions), sum(impressions), sum(spend), 1000 * sum(spend) / nullif(sum(impressions), 0) "
    "from awareness_daily",
    "Consideration": "sum(sessions), sum(engaged_sessions), sum(impressions), sum(clicks), "
    "sum(engaged_sessions) / nullif(sum(sessions), 0), sum(clicks) / nullif(sum(impressions), 0), "
    "sum(spend) / nullif(sum(clicks), 0) from consideration_daily",
    "Conversion": "sum(sessions), sum(sessions_purchase), sum(leads), sum(orders), "
    "sum(sessions_purchase) / nullif(sum(sessions), 0) from conversion_daily",
    "Loyalty": "sum(orders_of_people), sum(net_of_people), sum(cohort_90), sum(repeaters_90), "
    "sum(repeaters_90) / nullif(sum(cohort_90), 0) from loyalty_monthly",
}
MONTHS = "period_grain = 'month' and segment_set = 'total' and not is_open_period"
LAST = f"period_start = (select max(period_start) from kpi_values where {MONTHS})"

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def marts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The marts of a small company, or a copy of those that NYCKELTAL_TEST_MARTS names."""
    file = tmp_path_factory.mktemp("marts") / "marts.duckdb"
    if given := os.environ.get("NYCKELTAL_TEST_MARTS"):
        shutil.copyfile(given, file)
        return file
    from sandbox.world import build_world
    from tests.dashboards.published_company import AS_OF

    connection = run(land(build_world("small", 15, 7, AS_OF), AS_OF), AS_OF, TABLES)
    connection.execute(f"attach '{file}' as out")
    for table in TABLES:
        connection.execute(f"create table out.{table} as from marts.{table}")
    connection.execute("create table out.publish_info as select 'run' as run_id")
    connection.close()
    return file


@pytest.fixture(scope="module")
def answers(marts: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """What Superset says of each chart; it reads the copy in PostgreSQL as a user with the reader's role alone."""
    place = os.environ.get("NYCKELTAL_SUPERSET")
    if not place:
        pytest.skip("Superset needs an environment of its own: run `make test-superset`")
    folder, project = tmp_path_factory.mktemp("superset"), Project.open(DBT_PROJECT)
    try:
        with running_postgres() as server, pytest.MonkeyPatch.context() as patch:
            patch.setenv(URL, server)
            copy_to_postgres(marts, project, Postgres())
            with psycopg.connect(server, autocommit=True) as connection:
                connection.execute("create role superset login in role bi_reader")
            reader = address(server, "postgres", "superset").replace("postgresql://", "postgresql+psycopg2://")
            (folder / "bundle.zip").write_bytes(bundle(project, reader, "marts"))
            command = [
                f"{place}/bin/python",
                str(ASK),
                str(folder),
                str(folder / "bundle.zip"),
                str(folder / "answers"),
            ]
            environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
            done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stderr[-3000:]
            yield json.loads((folder / "answers").read_text("utf-8"))
    except NoPostgresError as error:
        pytest.skip(str(error))


def told(marts: Path, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect() as connection:
        connection.execute(f"attach '{marts}' as m (read_only)")
        connection.execute("use m")
        return [tuple(map(plain, row)) for row in connection.execute(sql).fetchall()]


def plain(value: object) -> object:
    """Numbers as floats, everything else as text, so that two drivers can be compared."""
    if value is None or isinstance(value, str):
        return value
    try:
        return pytest.approx(float(value), rel=1e-9)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return str(value)[:10]


def rows(found: Any, *leave_out: str) -> list[tuple[Any, ...]]:
    assert isinstance(found, list), found
    assert found, "no rows"
    return [tuple(value for name, value in row.items() if name not in leave_out) for row in found]


def test_big_numbers(marts: Path, answers: dict[str, Any]) -> None:
    catalogue = told(marts, "select distinct label, kpi_id, stage from kpi_catalog")
    seen = 0
    for label, kpi_id, stage in catalogue:
        name = f"{str(stage).capitalize()}: {label}"
        if name in answers:
            sql = f"select value from kpi_values where kpi_id = '{kpi_id}' and {MONTHS} order by period_start"
            assert rows(answers[name], "period_start") == told(marts, sql), name
            seen += 1
    assert seen == 12


def test_last_month_against_targets(marts: Path, answers: dict[str, Any]) -> None:
    for stage in CHANNELS:
        found = rows(answers[f"{stage}: last month against targets"])
        expected = told(
            marts,
            "select label, value, unit, target_value, status, previous_value, previous_year_value from kpi_values "
            f"join kpi_catalog using (kpi_id, kpi_version) where {MONTHS} and {LAST} and stage = '{stage.lower()}'",
        )
        assert sorted(found, key=lambda row: row[0]) == sorted(expected, key=lambda row: str(row[0]))


@pytest.mark.parametrize("name", TRENDS)
def test_trends(name: str, marts: Path, answers: dict[str, Any]) -> None:
    (first, *_) = answers[name][0]
    assert rows(answers[name], first) == [row[1:] for row in told(marts, f"{TRENDS[name]} order by t")]


@pytest.mark.parametrize("stage", CHANNELS)
def test_split_by_channel(stage: str, marts: Path, answers: dict[str, Any]) -> None:
    expected = told(marts, f"select channel, {CHANNELS[stage]} group by channel")
    found = rows(answers[f"{stage}: by channel"])
    assert sorted(found, key=lambda row: row[0]) == sorted(expected, key=lambda row: str(row[0]))


def test_from_visit_to_sale(marts: Path, answers: dict[str, Any]) -> None:
    steps = "('web_sessions', 'engagement_rate', 'cvr_session_purchase')"
    expected = told(
        marts,
        "select label, numerator, denominator, value from kpi_values join kpi_catalog using (kpi_id, kpi_version) "
        f"where {MONTHS} and {LAST} and kpi_id in {steps} order by numerator desc",
    )
    assert rows(answers["Conversion: from visit to sale"]) == expected


def test_every_chart_was_compared(answers: dict[str, Any]) -> None:
    compared = {*TRENDS, "Conversion: from visit to sale"}
    compared |= {f"{stage}: {what}" for stage in CHANNELS for what in ("by channel", "last month against targets")}
    assert len(set(answers) - compared) == 12, "the big numbers"
