"""What a vendor never tells again, kept in append-only Parquet files: a lost private file gets it back from there."""

from pathlib import Path

import duckdb

from connectors.common.run import dataset_name
from connectors.common.source import Source
from connectors.common.sql import quoted
from connectors.common.table import Table
from orchestration.home import Home
from orchestration.loading.promote import replacing
from orchestration.recovery.damage import sound_parquet


def remember(home: Home, source: Source) -> dict[str, int]:
    """Puts rows that the private file lost back into it, then adds what history lacks; rows added per table.

    The caller holds the private file's lock. Files are numbered; of a key that stands in several the last one holds.
    """
    added: dict[str, int] = {}
    kept = [table for table in source.tables if table.is_unrepeatable]
    if not kept:
        return added
    with duckdb.connect(str(home.state(source.name))) as connection:
        for table in kept:
            relation = f"{dataset_name(source)}.{table.name}"
            folder = home.history / source.name / table.name
            _read_history(connection, table, folder)
            _put_back(connection, table, relation)
            added[table.name] = _append(connection, table, relation, folder)
    return added


def _read_history(connection: duckdb.DuckDBPyConnection, table: Table, folder: Path) -> None:
    """The temporary table `kept`: what history has of each key."""
    found = sorted(folder.glob("*.parquet"))
    files = sound_parquet(connection, found, "history", "what the private file has of it is kept anew")
    if not files:
        connection.register("declared", table.schema.empty_table())
        connection.execute("create or replace temp table kept as select * from declared")
        connection.unregister("declared")
        return
    columns, key = ", ".join(table.columns), ", ".join(table.primary_key)
    connection.execute(
        f"create or replace temp table kept as select {columns} from read_parquet(?, filename = true) "
        f"qualify row_number() over (partition by {key} order by filename desc) = 1",
        [[str(file) for file in files]],
    )


def _put_back(connection: duckdb.DuckDBPyConnection, table: Table, relation: str) -> None:
    columns, key = ", ".join(table.columns), ", ".join(table.primary_key)
    connection.execute(
        f"insert into {relation} ({columns}) "
        f"select {columns} from kept where ({key}) not in (select ({key}) from {relation})"
    )


def _append(connection: duckdb.DuckDBPyConnection, table: Table, relation: str, folder: Path) -> int:
    columns = ", ".join(table.columns)
    connection.execute(
        f"create or replace temp table fresh as select {columns} from {relation} except select {columns} from kept"
    )
    count = connection.execute("select count(*) from fresh").fetchall()[0][0]
    if count:
        number = 1 + max((int(path.stem) for path in folder.glob("*.parquet")), default=0)
        with replacing(folder / f"{number:06d}.parquet") as temporary:
            connection.execute(f"copy fresh to '{quoted(temporary)}' (format parquet)")
    return int(count)
