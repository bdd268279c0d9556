"""The marts in PostgreSQL: in one transaction old rows are deleted and new ones streamed in; readers see either.

Renaming schemas would save the delete, but a view keeps reading the table that it was made on, and to a transaction
that began before the rename the new table is empty: neither may happen to a report. Loading into tables of another
schema first would write every row twice, at a third of the rate of a bare ingest.
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
from orchestration.building.manifest import Project
from orchestration.copies import postgres_schema as schema
from orchestration.copies.marts import Copied, CopyFailedError, Published, Table, open_published
from orchestration.copies.postgres_trouble import URL, in_words, of_connecting

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
    # Tables whose columns change are locked until the end: they come last.
    stale.sort(key=lambda table: place.reshapes(table, found.get(table.name)))
    with adbc.connect(os.environ[URL]) as writer, writer.cursor() as cursor:
        for name, value in (("lock_timeout", LOCK_TIMEOUT), ("statement_timeout", "0")):
            cursor.execute(f"set local {name} = '{value}'")
        for table in stale:
            for statement in (*place.shape(table, found.get(table.name)), place.clear(table.name)):
                cursor.execute(statement)
            rows = published.rows(table, without_nul=True)
            cursor.adbc_ingest(table.name, rows, mode="append", db_schema_name=place.live)
            cursor.execute(place.note(table.name, *prints[table.name]))
        gone = sorted(set(loaded) - set(prints))
        is_anything_new = bool({table.name for table in published.tables} - set(found))
        for statement in (
            *(statement for name in gone for statement in place.drop(name)),
            *(line for table in published.tables for line in place.describe(table, found.get(table.name))),
            *(place.grant(target.reader_role, is_anything_new) if target.reader_role else ()),
        ):
            cursor.execute(statement)
        writer.commit()
    place.tidy(table.name for table in stale)
    rows_of = {table.name: prints[table.name][1] for table in stale}
    return Copied(published.run_id, rows_of, tuple(sorted(set(prints) - set(rows_of))))


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
