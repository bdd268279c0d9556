"""Section `postgres`: a publish to PostgreSQL beside a bare ADBC ingest of the same rows into the same server."""

import os
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import psycopg

from benchmarks.part import Part, Timed, run_part, timed
from benchmarks.report import Figure, Report, fastest
from connectors.common.sql import quoted
from orchestration.building.manifest import Project
from orchestration.home import DBT_PROJECT
from tests.postgres import running_postgres

TABLE = "kpi_values"
LEAST_OF_BARE = 0.5
# A value of row `number` for each type of the table's contract; texts repeat as dimensions do.
VALUES = {
    "varchar": "'segment ' || hash({salt}, number // 50) % 400",
    "date": "date '2024-01-01' + cast(number % 800 as integer)",
    "timestamp": "timestamp '2026-03-18 05:30:00'",
    "integer": "cast(number % 3 as integer)",
    "bigint": "number",
    "boolean": "number % 7 = {salt} % 7",
    "double": "case when number % 5 <> {salt} % 5 then hash({salt}, number) % 1000000 / 7.0 * {turn} end",
}


def measure(report: Report, rows: int, rounds: int) -> None:
    """In turns; the first publish makes the tables, those after it replace every row."""
    ours: list[Part] = []
    bare: list[Part] = []
    with TemporaryDirectory() as folder, running_postgres() as server:
        environment = {"NYCKELTAL_BI_POSTGRES_URL": server}
        file = Path(folder) / "marts.duckdb"
        for turn in range(1, rounds + 2):
            write(file, rows, turn)
            name = f"{rows:,} rows: {'publish' if turn > 1 else 'first publish'}"
            ours.append(report.measured(_part(name, "publish", environment, file)))
            _settle(server)
            bare.append(report.measured(_part(f"{rows:,} rows: bare ADBC ingest", "ingest", environment, file)))
            _settle(server)
    again, limit = fastest(ours[1:]), fastest(bare)
    report.add(
        Figure(
            "postgres", f"{rows:,} rows: publish ÷ bare ingest", limit.seconds / again.seconds, "x", LEAST_OF_BARE, True
        ),
        Figure("postgres", "  publish, all rows replaced", rows / again.seconds, "rows/s"),
        Figure("postgres", "  the first publish", rows / ours[0].seconds, "rows/s"),
        Figure("postgres", "  bare ADBC ingest", rows / limit.seconds, "rows/s"),
        Figure("postgres", "  peak memory of publish", again.peak_bytes / 2**30, "GiB"),
    )


def _part(name: str, function: str, environment: dict[str, str], file: Path) -> Part:
    return run_part(name, f"benchmarks.postgres:{function}", environment, file=str(file))


def _settle(server: str) -> None:
    """Nobody pays for what the one before left to be written."""
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("checkpoint")


def write(file: Path, rows: int, turn: int) -> None:
    """A published file with one large table, in the columns of its contract; each turn has other numbers."""
    node = next(node for node in Project.open(DBT_PROJECT).published if node["alias"] == TABLE)
    columns = [
        f"{VALUES[column['data_type']].format(salt=salt, turn=turn)} as {name}"
        for salt, (name, column) in enumerate(node["columns"].items())
    ]
    file.unlink(missing_ok=True)
    with duckdb.connect() as connection:
        connection.execute(f"attach '{quoted(file)}' as out (storage_version 'v1.0.0')")
        connection.execute(f"create table out.{TABLE} as select {', '.join(columns)} from range({rows}) as r(number)")
        connection.execute(f"create table out.publish_info as select 'run-{turn}' as run_id")


def publish(file: str) -> Timed:
    """As `nyckeltal publish --to postgres` does it: fingerprints, load, take over, vacuum."""
    from connectors.config.bi import Postgres
    from orchestration.copies.postgres import copy_to_postgres

    project = Project.open(DBT_PROJECT)
    with timed() as found:
        copied = copy_to_postgres(Path(file), project, Postgres())
    found.counts["rows"] = copied.rows[TABLE]
    return found


def ingest(file: str) -> Timed:
    """The raw limit: the same rows out of the same file into a new table, and a commit."""
    import adbc_driver_postgresql.dbapi as adbc

    with timed() as found, duckdb.connect() as marts:
        marts.execute(f"attach '{quoted(file)}' as m (read_only)")
        with adbc.connect(os.environ["NYCKELTAL_BI_POSTGRES_URL"]) as connection:
            with connection.cursor() as cursor:
                rows = marts.sql(f"select * from m.{TABLE}").to_arrow_reader(65_536)
                found.counts["rows"] = cursor.adbc_ingest("bare", rows, mode="replace")
            connection.commit()
    return found
