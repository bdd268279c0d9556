"""Runs a connector into its private DuckDB file: plan the window, extract, compare with what is there, load."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import dlt
import duckdb
import pyarrow as pa
from dlt.extract import DltSource

from connectors.common import drift
from connectors.common.erasure import Erased
from connectors.common.errors import SourceError
from connectors.common.news import News, covers
from connectors.common.privacy import Hasher
from connectors.common.resource import TOMBSTONE
from connectors.common.source import LoadRequest, Source
from connectors.common.table import DAY, FLAG, INSTANT, TEXT, WHOLE, Reload, Table
from connectors.common.window import Window

# One row per load that wrote: models read from it which days to rebuild, the next load where to go on.
LOADED_WINDOWS = Table(
    "loaded_windows",
    {
        "load_id": TEXT,
        "date_from": DAY,
        "date_to": DAY,
        "as_of": INSTANT,
        "is_bounded": FLAG,  # asked for a range by hand: does not move the cursor
        "row_count": WHOLE,
        "loaded_at": INSTANT,
    },
    ("load_id",),
    Reload.MERGE,
    description="Loads and the days they replaced.",
)


@dataclass(frozen=True)
class Plan:
    """What a load is to cover; `is_bounded` = a range given by hand."""

    window: Window
    changed_since: datetime | None
    is_bounded: bool


@dataclass(frozen=True)
class LoadResult:
    """What a load did.

    `rows`: rows landed per table. `is_changed` is false when all was as in the load before. `new_columns`: what the
    vendor sends and did not send before; it is passed over.
    """

    source: str
    plan: Plan
    is_changed: bool
    rows: dict[str, int] = field(default_factory=dict)
    load_id: str = ""
    new_columns: list[str] = field(default_factory=list)


def dataset_name(source: Source) -> str:
    """Schema of a source in its DuckDB file."""
    return f"raw_{source.name}"


def plan_load(
    source: Source,
    state_path: Path,
    as_of: datetime,
    last_day: date,
    history_start: date,
    date_from: date | None = None,
    date_to: date | None = None,
    fiscal_year_start_month: int = 1,
    is_wide: bool = False,
) -> Plan:
    """The window of a load: what restates since the last one, or the range given by hand.

    `last_day`: the last complete day in the company's zone. First load: everything from `history_start`. `is_wide`: the
    weekly pass, which goes further back where the vendor asks for it.
    """
    first_month = fiscal_year_start_month
    if date_from or date_to:
        window = Window(date_from or history_start, min(date_to or last_day, last_day), first_month)
        # Whatever changed since the range began holds all that happened in it.
        starts_later = source.uses_cursor and window.date_from > history_start
        return Plan(window, _before(window.date_from) if starts_later else None, is_bounded=True)
    last = last_load(source, state_path)
    if last is None:
        return Plan(Window(min(history_start, last_day), last_day, first_month), None, is_bounded=False)
    return plan_after(source, *last, as_of, last_day, history_start, first_month, is_wide)


def plan_after(
    source: Source,
    last_to: date,
    last_as_of: datetime,
    as_of: datetime,
    last_day: date,
    history_start: date,
    fiscal_year_start_month: int = 1,
    is_wide: bool = False,
) -> Plan:
    """The window of a load after one that went to `last_to` as of `last_as_of`."""
    days = max(source.reload_days, source.wide_reload_days if is_wide else 0)
    start = max(min(last_to, last_day) - timedelta(days=days - 1), history_start)
    changed_since = min(last_as_of, as_of) - source.cursor_overlap if source.uses_cursor else None
    if changed_since and is_wide and source.wide_reload_days:
        changed_since = min(changed_since, as_of - timedelta(days=source.wide_reload_days))
    return Plan(Window(min(start, last_day), last_day, fiscal_year_start_month), changed_since, is_bounded=False)


def _before(day: date) -> datetime:
    """An instant at which the day has begun nowhere yet."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(days=1)


def load(
    source: Source, state_path: Path, plan: Plan, as_of: datetime, hasher: Hasher, erased: Erased | None = None
) -> LoadResult:
    """Extracts and loads into `state_path`; raises SourceError with one clear sentence, old rows untouched.

    A load that brings no new day and no row that is not there already writes nothing. `erased`: people of whom no
    name lands.
    """
    state_path.parent.mkdir(parents=True, exist_ok=True)
    request = LoadRequest(plan.window, as_of, hasher, plan.changed_since)
    pipeline = _pipeline(source, state_path)
    built = source.build(request)
    windows = _loaded_windows(source, state_path)
    unfinished = state_path.with_name(f".{state_path.name}.unfinished")
    may_be_known = not unfinished.exists() and covers(windows, plan.window.days())
    if erased is not None:
        _forget(source, built, erased)
    watch = _Watch(News(source.tables) if may_be_known else None)
    watch.all(built)
    drift.begin(source.name)
    columns = state_path.with_suffix(".columns.json")
    with _unwrapped():
        pipeline.extract(built)
    if watch.news is not None and not watch.news.is_there(state_path, dataset_name(source)):
        pipeline.abort_packages()
        new = drift.new_columns(source.name, columns)
        return LoadResult(source.name, plan, is_changed=False, rows=watch.rows, new_columns=new)
    load_id = f"{as_of:%Y%m%dT%H%M%S}-{uuid4().hex[:12]}"
    # Rows that a killed load left without a note are in the file and yet not promoted: the next load is news.
    unfinished.touch()
    with _unwrapped():
        pipeline.normalize()
        pipeline.load()
    _note_load(source, state_path, LOADED_WINDOWS.rows([_window_row(plan, as_of, load_id, watch.rows)]))
    unfinished.unlink()
    new = drift.new_columns(source.name, columns)
    return LoadResult(source.name, plan, is_changed=True, rows=watch.rows, load_id=load_id, new_columns=new)


def create_empty(source: Source, path: Path) -> None:
    """A DuckDB file with every declared table, empty: what an unconfigured source looks like."""
    path.parent.mkdir(parents=True, exist_ok=True)
    schema = dataset_name(source)
    with duckdb.connect(str(path)) as connection:
        connection.execute(f"create schema if not exists {schema}")
        for table in (*source.tables, LOADED_WINDOWS):
            connection.register("declared", table.schema.empty_table())
            connection.execute(f"create table if not exists {schema}.{table.name} as select * from declared")
            connection.unregister("declared")


def _pipeline(source: Source, state_path: Path) -> dlt.Pipeline:
    pipeline = dlt.pipeline(
        pipeline_name=source.name,
        destination=dlt.destinations.duckdb(str(state_path)),
        dataset_name=dataset_name(source),
        pipelines_dir=str(state_path.parent / ".pipelines"),
    )
    # What a killed load left would be loaded first and the new rows ignored. Windows are asked for again: nothing lost.
    return pipeline.drop()


def _note_load(source: Source, state_path: Path, row: pa.Table) -> None:
    """Adds to `loaded_windows`, a repeated load over itself. Through dlt it would be a second run: 0.3 s a source."""
    table = f"{dataset_name(source)}.{LOADED_WINDOWS.name}"
    with duckdb.connect(str(state_path)) as connection:
        connection.execute("begin")
        connection.execute(f"create table if not exists {table} as select * from row limit 0")
        connection.execute(f"delete from {table} where load_id in (select load_id from row)")
        connection.execute(f"insert into {table} by name select * from row")
        connection.execute("commit")


def _window_row(plan: Plan, as_of: datetime, load_id: str, rows: dict[str, int]) -> dict[str, object]:
    return {
        "load_id": load_id,
        "date_from": plan.window.date_from,
        "date_to": plan.window.date_to,
        "as_of": as_of,
        "is_bounded": plan.is_bounded,
        "row_count": sum(rows.values()),
        "loaded_at": datetime.now(UTC),
    }


def last_load(source: Source, state_path: Path, is_any: bool = False) -> tuple[date, datetime] | None:
    """Last day and as_of of the last load that moved the cursor, or of `is_any`; None before the first."""
    moved = [window for window in _loaded_windows(source, state_path) if is_any or not window["is_bounded"]]
    return (moved[-1]["date_to"], moved[-1]["as_of"].astimezone(UTC)) if moved else None


def _loaded_windows(source: Source, state_path: Path) -> list[dict[str, Any]]:
    """The rows of `loaded_windows`, oldest first; none before the first load."""
    if not state_path.exists():
        return []
    with duckdb.connect(str(state_path)) as connection:
        try:
            cursor = connection.execute(
                f"select date_from, date_to, as_of, is_bounded from {dataset_name(source)}.loaded_windows "
                "order by loaded_at"
            )
        except duckdb.CatalogException:
            return []
        names = ("date_from", "date_to", "as_of", "is_bounded")
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _forget(source: Source, built: DltSource, erased: Erased) -> None:
    """Before anything else sees the rows: an erased person is the same stranger in every load."""
    tables = {table.name: table for table in source.tables}

    def forgetting(table: Table) -> Any:
        return lambda item: erased.apply(source.name, table, item) if isinstance(item, pa.Table) else item

    for item in built.resources.values():
        if item.name in tables and tables[item.name].people:
            item.add_map(forgetting(tables[item.name]))


class _Watch:
    """Counts the rows of each resource while dlt extracts, and hands them to `news`, if asked to compare."""

    def __init__(self, news: News | None) -> None:
        self.rows: dict[str, int] = {}
        self.news = news

    def all(self, built: DltSource) -> None:
        for item in built.resources.values():
            self.rows[item.name] = 0
            item.add_map(self._watching(item.name))

    def _watching(self, name: str) -> Any:
        def see(item: Any) -> Any:
            if isinstance(item, pa.Table):
                self.rows[name] += item[TOMBSTONE].null_count if TOMBSTONE in item.column_names else item.num_rows
            if self.news is not None:
                self.news.add(name, item)
            return item

        return see


class _unwrapped:  # noqa: N801  reads as a statement
    """Raises the connector's own error instead of dlt's pipeline error around it."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        cause: BaseException | None = error
        while cause is not None:
            if isinstance(cause, SourceError):
                raise cause from None
            cause = cause.__cause__ or cause.__context__
