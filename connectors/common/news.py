"""Whether a load brings news: what a vendor sent, held against what the private file already has.

Values are compared and not bytes or dates of change: a reloaded window that came back as it was, or a changed-since
answer that only repeats its overlap, is no news, so nothing is written, gated, promoted or built.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from connectors.common.resource import TOMBSTONE
from connectors.common.sql import quoted
from connectors.common.table import Reload, Table

# A load larger than this is news without a look: holding and comparing it would cost more than writing it.
MOST_BYTES = 512 * 2**20


class News:
    """Keeps the Arrow tables of one load until they are compared."""

    def __init__(self, tables: Iterable[Table]) -> None:
        self._tables = {table.name: table for table in tables}
        self._items: dict[str, list[pa.Table]] = {}
        self._bytes = 0
        self._is_comparable = True

    def add(self, name: str, item: Any) -> None:
        """One item of a resource as dlt extracts it, tombstones among its rows."""
        if not self._is_comparable:
            return
        self._bytes += item.nbytes if isinstance(item, pa.Table) else MOST_BYTES + 1
        if self._bytes > MOST_BYTES or name not in self._tables:
            self._is_comparable = False
            self._items.clear()
            return
        self._items.setdefault(name, []).append(item)

    def is_there(self, state_path: Path, schema: str) -> bool:
        """True when some row of the load is not in the file as it is, or one of the file would go."""
        if not self._is_comparable or not state_path.exists():
            return True
        with duckdb.connect(":memory:") as connection:
            connection.execute("set timezone = 'UTC'")
            connection.execute(f"attach '{quoted(state_path)}' as state (read_only)")
            try:
                return any(
                    _differs(connection, self._tables[name], pa.concat_tables(items), f"state.{schema}.{name}")
                    for name, items in self._items.items()
                )
            except (duckdb.CatalogException, duckdb.BinderException):
                return True  # a table or a column that the file does not have yet


def _differs(connection: duckdb.DuckDBPyConnection, table: Table, came: pa.Table, there: str) -> bool:
    columns = ", ".join(table.columns)
    connection.register("came", came)
    rows = f"(select {columns} from came{f' where {TOMBSTONE} is null' if TOMBSTONE in came.column_names else ''})"
    if table.reload is Reload.REPLACE:
        questions = _both_ways(rows, f"(select {columns} from {there})")
    elif table.replaced_by:
        keys = ", ".join(table.replaced_by)
        replaced = f"(select {columns} from {there} where ({keys}) in (select ({keys}) from came))"
        questions = _both_ways(rows, replaced)
    else:
        questions = [f"{rows} except (select {columns} from {there})"]
    found = any(connection.execute(f"select 1 from ({question}) limit 1").fetchall() for question in questions)
    connection.unregister("came")
    return found


def _both_ways(left: str, right: str) -> list[str]:
    return [f"{left} except all {right}", f"{right} except all {left}"]


def covers(windows: Iterable[Mapping[str, Any]], days: Iterable[Any]) -> bool:
    """Whether every day lies in some loaded window (`date_from`, `date_to`): a new day without rows is news."""
    spans = [(window["date_from"], window["date_to"]) for window in windows]
    return all(any(first <= day <= last for first, last in spans) for day in days)
