"""The marts in PostgreSQL: loaded beside the live tables, then taken over in one transaction.

Live rows are deleted and inserted. Renaming schemas would be faster, but a view keeps reading the table that it was
made on, and to a transaction that began before the rename the new table is empty: neither may happen to a report.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import adbc_driver_postgresql.dbapi as adbc
import psycopg
from adbc_driver_manager import Error as AdbcError

from connectors.config.bi import Postgres
from orchestration.copies import postgres_schema as schema
from orchestration.copies.marts import Copied, CopyFailedError, Published, Table, open_published
from orchestration.copies.postgres_trouble import URL, in_words, of_connecting
from orchestration.manifest import Project

# What a change of columns may wait for; whoever asks the table next waits behind it.
LOCK_TIMEOUT = "10s"


def copy_to_postgres(file: Path, project: Project, target: Postgres) -> Copied:
    """Makes the schema hold what is published; readers see the old or the new run. CopyFailedError in one sentence."""
    with connected() as connection:
        try:
            # One writer at a time; the file is opened under the lock, so that no older run follows a newer one.
            connection.execute("select pg_advisory_lock(hashtext(%s))", [f"nyckeltal {target.schema_name}"])
            with open_published(file, project) as published:
                return _copy(connection, published, target)
        except (psycopg.Error, AdbcError) as error:
            raise CopyFailedError(in_words(error, target)) from None


@contextmanager
def connected() -> Iterator[psycopg.Connection[Any]]:
    """A connection to the database of the environment; CopyFailedError when there is none."""
    if not os.environ.get(URL):
        raise CopyFailedError(f"postgres: {URL} is not set: give it the address of the database (docs/bi.md)")
    try:
        connection = psycopg.connect(os.environ[URL], autocommit=True, connect_timeout=10, application_name="nyckeltal")
    except (psycopg.Error, ValueError) as error:
        raise CopyFailedError(of_connecting(error)) from None
    with connection:
        connection.execute("set statement_timeout = 0")
        yield connection


def _copy(connection: psycopg.Connection[Any], published: Published, target: Postgres) -> Copied:
    place = schema.Place(connection, target.schema_name)
    place.make()
    found, loaded = place.tables(), place.loaded()
    if foreign := sorted({table.name for table in published.tables} & set(found) - set(loaded)):
        raise CopyFailedError(
            f"postgres: {target.schema_name}.{foreign[0]} is there and not of Nyckeltal's making; nothing was changed. "
            "Name a schema of its own as `schema_name` in bi.yml"
        )
    prints = {table.name: published.fingerprint(table) for table in published.tables}
    stale = [table for table in published.tables if not _holds(place, found, loaded, table, prints[table.name])]
    for table in stale:
        _load(place, published, table)
    # Tables whose columns change are locked until the end: they come last.
    stale.sort(key=lambda table: place.reshapes(table, found.get(table.name)))
    with connection.transaction():
        connection.execute("select set_config('lock_timeout', %s, true)", [LOCK_TIMEOUT])
        for table in stale:
            place.shape(table, found.get(table.name))
            place.replace_rows(table)
            place.note(table.name, *prints[table.name])
        for name in sorted(set(loaded) - set(prints)):
            place.drop(name)
        place.describe(published.tables)
        if target.reader_role:
            place.grant(target.reader_role)
    place.tidy([table.name for table in stale])
    rows = {table.name: prints[table.name][1] for table in stale}
    return Copied(published.run_id, rows, tuple(sorted(set(prints) - set(rows))))


def _holds(
    place: schema.Place,
    found: dict[str, schema.Found],
    loaded: dict[str, str],
    table: Table,
    wanted: tuple[str, int],
) -> bool:
    """Whether the live table has just these columns and rows; its rows are counted, should somebody have cleared it."""
    is_same = loaded.get(table.name) == wanted[0] and not place.reshapes(table, found.get(table.name))
    return is_same and table.name in found and place.count(table.name) == wanted[1]


def _load(place: schema.Place, published: Published, table: Table) -> None:
    """Streams a table into the schema for loading."""
    place.prepare(table)
    with adbc.connect(os.environ[URL]) as connection:
        with connection.cursor() as cursor:
            cursor.execute("set statement_timeout = 0")
            rows = published.rows(table, without_nul=True)
            cursor.adbc_ingest(table.name, rows, mode="append", db_schema_name=place.loading)
        connection.commit()
