"""Lands a simulated company without sockets or files: the real connectors over the in-process sandbox."""

import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from connectors import NAMES, source
from connectors.common import http
from connectors.common.privacy import Hasher
from connectors.common.resource import strip_tombstones
from connectors.common.source import LoadRequest, Source
from connectors.common.table import Reload, Table
from connectors.common.window import Window
from sandbox.adapter import BASE_URL, SandboxAdapter
from sandbox.inputs import FILES, write_config
from sandbox.server import Sandbox
from sandbox.world import World

HASHER = Hasher(b"the key of the test world")


def land(world: World, as_of: datetime, names: Sequence[str] | None = None) -> dict[str, dict[str, pa.Table]]:
    """Source → table → rows, as a first load of everything up to `as_of` leaves them.

    `names`: which sources; None = all.
    """
    wanted = NAMES if names is None else names
    sandbox = Sandbox(world, as_of, BASE_URL)
    with tempfile.TemporaryDirectory() as folder, reachable(sandbox, Path(folder)):
        return {name: _first_load(source(name), world, as_of) for name in wanted}


@contextmanager
def reachable(sandbox: Sandbox, folder: Path) -> Iterator[None]:
    """Connectors find the sandbox and its configuration; both are gone afterwards."""
    config = folder / "config"
    write_config(sandbox.world, config, sandbox.as_of)
    own = {"NYCKELTAL_CONFIG": str(config), "SOURCES__FILES__FOLDER": str(config / FILES)}
    settings = {**sandbox.environment(), **own}
    before = {name: os.environ.get(name) for name in settings}
    os.environ.update(settings)
    http.mount(BASE_URL, SandboxAdapter(sandbox))
    try:
        yield
    finally:
        http._ADAPTERS.pop(BASE_URL)
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _first_load(found: Source, world: World, as_of: datetime) -> dict[str, pa.Table]:
    last_day = as_of.astimezone(ZoneInfo(world.company.zone)).date() - timedelta(days=1)
    window = Window(world.history_start, last_day, world.company.fiscal_year_start_month)
    request = LoadRequest(window, as_of, HASHER)
    resources = found.build(request).resources
    return {name: _landed(found.table(name), item) for name, item in resources.items()}


def _landed(table: Table, items: Iterable[Any]) -> pa.Table:
    """The rows that dlt would leave in an empty table: no tombstones, merged rows once by their key."""
    batches = [strip_tombstones(table, item) for item in items if isinstance(item, pa.Table)]
    rows = pa.concat_tables([table.schema.empty_table(), *batches])
    return _last_by_key(rows, table.primary_key) if table.reload is Reload.MERGE and not table.children_of else rows


def _last_by_key(rows: pa.Table, key: tuple[str, ...]) -> pa.Table:
    numbered = rows.append_column("row_number", pa.array(range(rows.num_rows), pa.int64()))
    last = numbered.group_by(list(key)).aggregate([("row_number", "max")])["row_number_max"]
    return rows.take(last)
