"""Stored rows without the names of erased people. Each file that changes is written anew."""

from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from connectors.common.erasure import SALT, Erased, kind_of
from connectors.common.source import Source
from connectors.common.sql import quoted
from orchestration.erasing.places import guard, people_tables, personal_columns, reading
from orchestration.home import Home
from orchestration.loading.promote import checkpoint_leftover, replacing


def rewrite(file: Path, source: Source, erased: Erased) -> int:
    """A DuckDB file without the erased names; how many cells changed. The caller holds its lock."""
    checkpoint_leftover(file)
    with reading(file) as connection:
        _list(connection, erased)
        if not (cells := _concerned(connection, source)):
            return 0
        with replacing(file) as new:
            half = new.with_name(f"{new.name}.half")
            try:
                _write(connection, source, half, new)
            finally:
                half.unlink(missing_ok=True)
    return cells


def _list(connection: duckdb.DuckDBPyConnection, erased: Erased) -> None:
    connection.register("given", erased.rows())
    connection.execute("create temp table erased as select * from given")
    connection.unregister("given")


def _concerned(connection: duckdb.DuckDBPyConnection, source: Source) -> int:
    """Cells that hold an erased name."""
    counts = [
        f"(select count(*) from file.{relation} "
        f"where {_mark(source, name, kind)} in (select tombstone from temp.main.erased){guard(table)})"
        for relation, table, columns in personal_columns(connection, source)
        for name, kind in columns.items()
    ]
    return int(connection.execute(f"select {' + '.join(counts)}").fetchall()[0][0]) if counts else 0


def _write(connection: duckdb.DuckDBPyConnection, source: Source, half: Path, new: Path) -> None:
    connection.execute(f"attach '{quoted(half)}' as half")
    connection.execute("copy from database file to half")
    for relation, table, columns in list(personal_columns(connection, source)):
        for name, kind in columns.items():
            connection.execute(
                f"update half.{relation} set {name} = erased.substitute "
                f"from temp.main.erased as erased where erased.tombstone = {_mark(source, name, kind)}{guard(table)}"
            )
    # Once more, into a file that never held a name: freed pages of the first one may.
    connection.execute(f"attach '{quoted(new)}' as new")
    connection.execute("copy from database half to new")
    for name in ("new", "half"):
        connection.execute(f"checkpoint {name}")
        connection.execute(f"detach {name}")


def _mark(source: Source, column: str, kind: str) -> str:
    """SQL of a value's tombstone, as `connectors.common.erasure.tombstone` makes it."""
    return f"sha256('{SALT} {kind_of(source.name, kind)}:' || {column})"


def rewrite_history(home: Home, source: Source, erased: Erased) -> dict[str, int]:
    """The same in the Parquet files of what a vendor tells only once."""
    changed = {}
    for table in people_tables(source):
        for path in sorted((home.history / source.name / table.name).glob("*.parquet")):
            before = pq.read_table(path)
            after = erased.apply(source.name, table, before)
            if not after.equals(before):
                with replacing(path) as temporary:
                    pq.write_table(after, temporary)
                changed[f"history/{source.name}/{table.name}/{path.name}"] = len(after)
    return changed
