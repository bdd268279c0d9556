"""Loads a simulated company day after day without dlt: the real connectors, their real windows, merged in memory."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import pyarrow as pa

from connectors import NAMES, source
from connectors.common.resource import TOMBSTONE
from connectors.common.run import LOADED_WINDOWS, Plan, plan_after
from connectors.common.source import LoadRequest, Source
from connectors.common.table import Reload, Table
from connectors.common.window import Window
from sandbox.adapter import BASE_URL
from sandbox.inputs import write_config
from sandbox.server import Sandbox
from sandbox.world import World
from tests.landing import HASHER, reachable

Tables = dict[str, pa.Table]
BY_HAND = ("config", "files")


@dataclass
class Loads:
    """What has landed of each source so far. One load follows the other, each as of its own instant."""

    world: World
    sandbox: Sandbox
    folder: Path
    landed: dict[str, Tables] = field(default_factory=dict)
    windows: dict[str, list[tuple[Window, datetime]]] = field(default_factory=dict)

    def last_day(self, as_of: datetime) -> date:
        return as_of.astimezone(ZoneInfo(self.world.company.zone)).date() - timedelta(days=1)

    def load(self, as_of: datetime, down: frozenset[str] = frozenset(), is_wide: bool = False) -> None:
        """All sources but those that are down, each from where it went last; what people enter, with a wider pass."""
        self.sandbox.as_of = as_of
        if by_hand := is_wide or not self.landed:
            write_config(self.world, self.folder / "config", as_of)
        for name in NAMES:
            if name not in down and (by_hand or name not in BY_HAND):
                found = source(name)
                self._merge(found, self._plan(found, as_of, is_wide), as_of)

    def landing(self, as_of: datetime) -> dict[str, Tables]:
        """For the runner: all tables, with what the orchestration tells of the sources."""
        return {**{name: dict(tables) for name, tables in self.landed.items()}, "ops": self._ops(as_of)}

    def _plan(self, found: Source, as_of: datetime, is_wide: bool) -> Plan:
        start, last_day = self.world.history_start, self.last_day(as_of)
        before = self.windows.get(found.name)
        if not before:
            return Plan(Window(start, last_day, self.world.company.fiscal_year_start_month), None, is_bounded=False)
        window, last_as_of = before[-1]
        first_month = self.world.company.fiscal_year_start_month
        return plan_after(found, window.date_to, last_as_of, as_of, last_day, start, first_month, is_wide)

    def _merge(self, found: Source, plan: Plan, as_of: datetime) -> None:
        request = LoadRequest(plan.window, as_of, HASHER, plan.changed_since)
        tables = self.landed.setdefault(found.name, {})
        for name, items in found.build(request).resources.items():
            table = found.table(name)
            came = [item for item in items if isinstance(item, pa.Table)]
            tables[name] = merged(table, tables.get(name, table.schema.empty_table()), came)
        self.windows.setdefault(found.name, []).append((plan.window, as_of))
        rows = [
            {"load_id": f"{number:06d}", "date_from": window.date_from, "date_to": window.date_to, "as_of": instant}
            for number, (window, instant) in enumerate(self.windows[found.name])
        ]
        tables[LOADED_WINDOWS.name] = LOADED_WINDOWS.rows([{**row, "is_bounded": False} for row in rows])

    def _ops(self, as_of: datetime) -> Tables:
        from connectors.common.ops import SOURCE_DAYS, SOURCE_STATUS

        last_day, status, days = self.last_day(as_of), [], []
        for name, windows in self.windows.items():
            until = last_day if name in BY_HAND else max(window.date_to for window, _ in windows)
            settle = source(name).settle_days
            since = until - timedelta(days=settle - 1) if settle else None
            status.append({"source": name, "is_configured": True, "data_until": until, "provisional_from": since})
            loaded = {day for window, _ in windows for day in window.days()}
            loaded |= set(Window(min(loaded), until).days()) if name in BY_HAND else set()
            days += [
                {"source": name, "date": day, "is_loaded": day in loaded}
                for day in Window(min(loaded), last_day).days()
            ]
        return {"source_status": SOURCE_STATUS.rows(status), "source_days": SOURCE_DAYS.rows(days)}


@contextmanager
def loads(world: World, as_of: datetime, folder: Path) -> Iterator[Loads]:
    """The vendors answer until the end of the block."""
    sandbox = Sandbox(world, as_of, BASE_URL)
    with reachable(sandbox, folder):
        yield Loads(world, sandbox, folder)


def merged(table: Table, there: pa.Table, came: list[pa.Table]) -> pa.Table:
    """The rows of a table after a load, as dlt leaves them: tombstones clear their window and never land."""
    if not came:
        return there if table.reload is not Reload.REPLACE else table.schema.empty_table()
    columns = ", ".join(table.columns)
    with duckdb.connect(":memory:") as connection:
        connection.execute("set timezone = 'UTC'")
        marked = [item if TOMBSTONE in item.column_names else _unmarked(item) for item in came]
        rows = pa.concat_tables(marked)
        connection.register("came", rows.append_column("row_no", pa.array(range(rows.num_rows), pa.int64())))
        connection.register("there", there)
        if table.reload is Reload.REPLACE:
            query = f"select {columns} from came where {TOMBSTONE} is null"
        else:
            names = table.replaced_by or table.primary_key
            same = " and ".join(f"came.{name} is not distinct from there.{name}" for name in names)
            key = ", ".join(table.primary_key)
            once = (
                f"qualify row_number() over (partition by {key} order by row_no desc) = 1"
                if not table.replaced_by
                else ""
            )
            query = (
                f"select {columns} from there where not exists (select 1 from came where {same}) union all "
                f"select {columns} from came where {TOMBSTONE} is null {once}"
            )
        return connection.sql(query).to_arrow_table().cast(table.schema)


def _unmarked(item: pa.Table) -> pa.Table:
    return item.append_column(TOMBSTONE, pa.nulls(item.num_rows, pa.bool_()))
