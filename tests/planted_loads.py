"""A connector whose vendor answers with rows written by hand: loaded by dlt into its private file again and again."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import dlt
import duckdb
import pyarrow as pa
from dlt.extract import DltResource

from connectors import source
from connectors.common.privacy import Hasher
from connectors.common.resource import resource
from connectors.common.run import LoadResult, dataset_name, load, plan_load
from connectors.common.source import LoadRequest
from connectors.common.table import Reload, Table
from connectors.common.window import Window
from tests.planted_landing import DEFAULTS, planted_table

HISTORY_START = date(2026, 1, 1)
Rows = Mapping[str, Sequence[Mapping[str, Any]]]


class PlantedSource:
    """A source's own tables, windows and dispositions; only its API is left out."""

    def __init__(self, name: str, folder: Path) -> None:
        self._source, self._state = source(name), folder / f"{name}.duckdb"
        self._hasher = Hasher(b"planted")

    def load(self, as_of: datetime, rows: Rows, batch: int = 1000, window: Window | None = None) -> LoadResult:
        """The vendor holds these rows (table → what differs from `DEFAULTS`) and is asked for what restates.

        `batch`: rows of a page; `window`: the days asked for by hand.
        """
        asked = replace(self._source, build=lambda request: self._build(request, rows, batch))
        days = (window.date_from, window.date_to) if window else (None, None)
        last_day = (as_of - timedelta(days=1)).date()
        plan = plan_load(asked, self._state, as_of, last_day, HISTORY_START, *days)
        return load(asked, self._state, plan, as_of, self._hasher)

    def landed(self) -> dict[str, pa.Table]:
        """Every declared table as it lies in the file; row order is the file's."""
        with duckdb.connect(str(self._state), read_only=True) as connection:
            connection.execute("set timezone = 'UTC'")
            return {table.name: self._read(connection, table) for table in self._source.tables}

    def _read(self, connection: duckdb.DuckDBPyConnection, table: Table) -> pa.Table:
        columns = ", ".join(table.columns)
        query = f"select {columns} from {dataset_name(self._source)}.{table.name}"
        return connection.sql(query).to_arrow_table().cast(table.schema)

    def _build(self, request: LoadRequest, rows: Rows, batch: int) -> Any:
        @dlt.source(name=self._source.name, section=self._source.name, max_table_nesting=0)
        def planted() -> Iterable[DltResource]:
            for table in self._source.tables:
                given = self._in_window(table, request.window, rows.get(table.name, ()))
                pages = [given.slice(start, batch) for start in range(0, given.num_rows, batch)]
                yield resource(table, lambda pages=pages: pages, self._cleared(table, request.window, given))

        return planted()

    def _in_window(self, table: Table, window: Window, rows: Sequence[Mapping[str, Any]]) -> pa.Table:
        defaults = DEFAULTS.get(f"{self._source.name}.{table.name}", {})
        whole = [{**defaults, **row} for row in rows]
        if table.reload is Reload.WINDOW:
            first, last = (day.isoformat() for day in (window.date_from, window.date_to))
            whole = [row for row in whole if first <= row[table.window_column or ""] <= last]
        return planted_table(self._source.name, table.name, whole)

    def _cleared(self, table: Table, window: Window, given: pa.Table) -> list[Any]:
        """The days asked for, whether or not rows came; with a scope those of its one account."""
        if table.reload is not Reload.WINDOW:
            return sorted(set(given[table.children_of].to_pylist())) if table.children_of else []
        return [("1", day) if table.window_scope else day for day in window.days()]
