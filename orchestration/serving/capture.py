"""Adds what a publish changed to the vintages."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb

from connectors.common.sql import quoted
from orchestration.init import OPS
from orchestration.loading.promote import replacing
from orchestration.run import Run
from orchestration.serving.vintages import (
    KINDS,
    SOURCES,
    Kind,
    folder_of,
    known,
    rows_of,
    sound_vintages,
    vintage_files,
)

logger = logging.getLogger("nyckeltal.run")


@dataclass(frozen=True)
class Known:
    """When something was known: the run's clock, and its day in the company's zone."""

    at: datetime
    on: date


def capture(run: Run) -> dict[str, int]:
    """Adds what the warehouse has otherwise than the vintages; rows added per kind. The caller holds its lock."""
    with duckdb.connect(":memory:") as connection:
        connection.execute("set timezone = 'UTC'")
        # Views in it name their database: it must be attached under dbt's name for it.
        connection.execute(f"attach '{quoted(run.home.warehouse)}' as warehouse (read_only)")
        connection.execute(f"attach '{quoted(run.home.landing(OPS.name))}' as {OPS.name}_landing (read_only)")
        connection.execute("use warehouse")
        on = run.as_of.astimezone(ZoneInfo(run.company.time_zone)).date()
        return add(connection, run.home.history, Known(run.as_of, on))


def add(connection: duckdb.DuckDBPyConnection, history: Path, when: Known) -> dict[str, int]:
    """The same over a connection to the warehouse and `ops_landing`.

    A run whose clock stands before the last vintage adds nothing: what was known on a day is not rewritten.
    """
    added: dict[str, int] = {}
    for kind in KINDS:
        if not _is_there(connection, kind):
            continue
        folder = folder_of(history, kind)
        _compact(connection, sound_vintages(connection, folder), when)
        files = vintage_files(folder)
        last = _last_known_at(connection, files)
        if last and when.at < last:
            logger.warning(
                "vintages: the clock of this run (%s) stands before the last vintage (%s), so nothing is added",
                f"{when.at:%Y-%m-%d %H:%M} UTC",
                f"{last:%Y-%m-%d %H:%M} UTC",
            )
            break
        added[kind.name] = _append(connection, kind, files, folder, when)
    return added


def _last_known_at(connection: duckdb.DuckDBPyConnection, files: Sequence[Path]) -> datetime | None:
    """The clock of the run that added the last file."""
    if not files:
        return None
    row = connection.execute(f"select max(known_at) from {rows_of(files[-1:])}").fetchone()
    return row[0] if row else None


def _is_there(connection: duckdb.DuckDBPyConnection, kind: Kind) -> bool:
    """Whether the warehouse has what the kind is told from; a project without measures leaves no vintages."""
    return bool(
        connection.execute(
            "select 1 from information_schema.tables "
            "where table_catalog = current_database() and table_schema = ? and table_name = ?",
            list(kind.needs),
        ).fetchall()
    )


def _append(connection: duckdb.DuckDBPyConnection, kind: Kind, files: Sequence[Path], folder: Path, when: Known) -> int:
    key, columns = ", ".join(kind.key), ", ".join((*kind.key, *kind.values))
    connection.execute(f"create or replace temp table stands as {kind.now}")
    kept = known(kind, files) if files else "select * from stands limit 0"
    connection.execute(f"create or replace temp table kept as {kept}")
    number = int(files[-1].stem) + 1 if files else 1
    # What a source says of itself is kept of every run: without a row nobody could tell a quiet day from a missed one.
    news = f"select {columns} from stands" + ("" if kind is SOURCES else f" except select {columns} from kept")
    stamp = "cast($number as bigint) as vintage, $at::timestamptz as known_at, $on::date as known_on"
    connection.execute(
        f"create or replace temp table fresh as "
        f"select {stamp}, {columns}, false as is_gone from ({news}) "
        f"union all by name "
        f"select {stamp}, {key}, true as is_gone from (select {key} from kept except select {key} from stands) "
        f"order by {key}",
        {"number": number, "at": when.at, "on": when.on},
    )
    row = connection.execute("select count(*) from fresh").fetchone()
    count = int(row[0]) if row else 0
    if count:
        _write(connection, "from fresh", folder / f"{number:08d}.parquet")
    return count


def _compact(connection: duckdb.DuckDBPyConnection, whole: Sequence[Path], when: Known) -> None:
    """Makes one file of those of each month that has ended. Killed in between, rows stand twice and mean the same."""
    months: dict[date, list[Path]] = {}
    for file in whole:
        row = connection.execute(f"select date_trunc('month', max(known_on))::date from {rows_of([file])}").fetchone()
        if row:
            months.setdefault(row[0], []).append(file)
    for month, files in months.items():
        if month < when.on.replace(day=1) and len(files) > 1:
            _write(connection, f"select distinct * from {rows_of(files)} order by all", files[-1])
            for file in files[:-1]:
                file.unlink()


def _write(connection: duckdb.DuckDBPyConnection, query: str, target: Path) -> None:
    with replacing(target) as temporary:
        connection.execute(f"copy ({query}) to '{quoted(temporary)}' (format parquet, compression zstd)")
