"""Finds texts in any file below a folder, whatever its format: proof that something is nowhere."""

import gzip
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import duckdb
import pyarrow.parquet as pq

from connectors.common.sql import quoted


def traces(folder: Path, needles: Sequence[str]) -> tuple[list[str], int]:
    """Places (file and, within it, table and column) where a needle stands in any case, and how many files were read.

    Looked for in the bytes of every file, unpacked ones of gzip, and the values of DuckDB, Parquet and SQLite files,
    which compress or split what they hold.
    """
    ways = sorted({way.lower().encode() for needle in needles for way in (needle, quote(needle, safe=""))})
    found, count = [], 0
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or path.is_symlink():
            continue
        count += 1
        place = str(path.relative_to(folder))
        found += [f"{place}{where}" for where, text in _texts(path, ways) if any(way in text.lower() for way in ways)]
    return found, count


def _texts(path: Path, ways: Sequence[bytes]) -> Iterator[tuple[str, bytes]]:
    """(place within the file, text): its bytes, and what a packed format holds, narrowed to what a needle is in."""
    content = path.read_bytes()
    yield "", content
    if content[:2] == b"\x1f\x8b":
        yield " (unpacked)", gzip.decompress(content)
    elif content[:4] == b"PAR1":
        table = pq.read_table(path)
        for name in table.column_names:
            yield f" column {name}", "\n".join(map(str, table[name].unique().to_pylist())).encode()
    elif content[8:12] == b"DUCK":
        try:
            yield from _duckdb(path, ways)
        except duckdb.Error:
            yield " (damaged, so nobody can tell)", ways[0]
    elif content[:15] == b"SQLite format 3":
        yield from _sqlite(path)


def _duckdb(path: Path, ways: Sequence[bytes]) -> Iterator[tuple[str, bytes]]:
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"attach '{quoted(path)}' as found (read_only)")
        columns = connection.execute(
            "select schema_name, table_name, column_name from duckdb_columns() where database_name = 'found' "
            "and not internal and data_type not in ('DATE', 'BOOLEAN', 'DOUBLE', 'BIGINT', 'INTEGER') "
            "and data_type not like 'DECIMAL%' and data_type not like 'TIMESTAMP%' "
            "and (schema_name, table_name) in (select (schema_name, table_name) from duckdb_tables())"
        ).fetchall()
        for schema, table, column in columns:
            name = '"' + column.replace('"', '""') + '"'
            text = f"lower(cast({name} as varchar))"
            where = " or ".join(f"contains({text}, ?)" for _ in ways)
            rows = connection.execute(
                f'select {text} from found."{schema}"."{table}" where {where} limit 1', [way.decode() for way in ways]
            ).fetchall()
            yield f" {schema}.{table}.{column}", "\n".join(row[0] for row in rows).encode()


def _sqlite(path: Path) -> Iterator[tuple[str, bytes]]:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        connection.text_factory = bytes
        names = [row[0].decode() for row in connection.execute("select name from sqlite_master where type = 'table'")]
        for name in names:
            values = (value for row in connection.execute(f'select * from "{name}"') for value in row)
            yield (
                f" table {name}",
                b"\n".join(value if isinstance(value, bytes) else str(value).encode() for value in values),
            )
