"""Where names of people stand in a home: files, tables and columns of each source."""

from collections.abc import Iterator
from pathlib import Path

import duckdb

from connectors.common.run import dataset_name
from connectors.common.source import Source
from connectors.common.sql import quoted
from connectors.common.table import Table
from orchestration.home import Home


def people_tables(source: Source) -> list[Table]:
    return [table for table in source.tables if table.people]


def files_of(home: Home, source: Source) -> list[Path]:
    files = (home.state(source.name), home.landing(source.name)) if people_tables(source) else ()
    return [file for file in files if file.exists()]


def reading(file: Path) -> duckdb.DuckDBPyConnection:
    """A connection with the file attached as `file`; closing it is the caller's."""
    connection = duckdb.connect(":memory:")
    connection.execute("set timezone = 'UTC'")
    connection.execute(f"attach '{quoted(file)}' as file (read_only)")
    return connection


def personal_columns(
    connection: duckdb.DuckDBPyConnection, source: Source
) -> Iterator[tuple[str, Table, dict[str, str]]]:
    """Relation (schema and table), table and personal columns of what the file has; an older one may lack some.

    dlt keeps the rows of the last load a second time, in a schema of its own.
    """
    schema = dataset_name(source)
    rows = connection.execute(
        "select schema_name, table_name, column_name from duckdb_columns() where database_name = 'file' "
        f"and schema_name in ('{schema}', '{schema}_staging')"
    ).fetchall()
    for table in people_tables(source):
        for place in (schema, f"{schema}_staging"):
            columns = {name: kind for name, kind in table.people.items() if (place, table.name, name) in set(rows)}
            if columns:
                yield f"{place}.{table.name}", table, columns


def guard(table: Table) -> str:
    """SQL that narrows a table to the rows whose columns name people."""
    return f" and {table.people_where[0]} = '{table.people_where[1]}'" if table.people_where else ""
