"""Source `ops`: how the sources fare, so that models can mark what is missing or provisional."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb

from connectors.common.ops import SOURCE_DAYS, SOURCE_STATUS
from connectors.common.run import dataset_name
from connectors.common.source import Source
from connectors.common.window import Window
from orchestration.clock import parse_as_of
from orchestration.housekeeping import tidy_monthly
from orchestration.init import OPS, complete
from orchestration.landing import asset_key, first_key
from orchestration.load import quoted
from orchestration.locks import writer_lock
from orchestration.promote import replacing
from orchestration.records import source_status
from orchestration.run import Run, RunSettings

Row = dict[str, object]


def ops_assets(sources: Mapping[str, Source]) -> dg.AssetsDefinition:
    """`ops/source_days` and `ops/source_status`, made after all loads of the run."""

    @dg.multi_asset(
        name=OPS.name,
        specs=[
            dg.AssetSpec(
                asset_key(OPS.name, table.name),
                group_name=OPS.name,
                description=table.description,
                kinds={"duckdb"},
                deps=[first_key(source) for source in sources.values()],
            )
            for table in OPS.tables
        ],
        pool=f"state_{OPS.name}",
    )
    def ops(context: dg.AssetExecutionContext, run_settings: RunSettings) -> Iterator[dg.MaterializeResult[Any]]:
        run = Run.of(context.run_id, run_settings)
        tidy_monthly(run, sources, context.instance)
        write_ops(run, sources)
        for table in OPS.tables:
            yield dg.MaterializeResult(asset_key=asset_key(OPS.name, table.name))

    return ops


def write_ops(run: Run, sources: Mapping[str, Source]) -> None:
    """Replaces landing/ops.duckdb by the state of all sources as of this run."""
    target = run.home.landing(OPS.name)
    status = [_status(run, source) for source in sources.values()]
    days = [row for source in sources.values() for row in _days(run, source)]
    with writer_lock(target, "ops"), replacing(target) as temporary:
        complete(OPS, temporary)
        with duckdb.connect(str(temporary)) as connection:
            for table, rows in ((SOURCE_STATUS, status), (SOURCE_DAYS, days)):
                landed = table.rows(rows)
                connection.execute(f"insert into {dataset_name(OPS)}.{table.name} by name select * from landed")
                del landed


def _status(run: Run, source: Source) -> Row:
    known = source_status(run.home.runs, source.name)
    windows, rows = promoted(run.home.landing(source.name), source)
    until = min(max((window.date_to for window in windows), default=run.last_day), run.last_day) if windows else None
    # A source restates each day for a while; a company may know its own better (connectors/config).
    settle_days = run.company.settle_days.get(source.name, source.settle_days)
    last_load_at = known.get("last_load_at")
    return {
        "source": source.name,
        "is_configured": source.is_configured,
        "last_load_at": parse_as_of(last_load_at) if last_load_at else None,
        "data_until": until,
        "provisional_from": until - timedelta(days=settle_days - 1) if until and settle_days else None,
        "row_count": rows,
        "last_error": known.get("last_error"),
    }


def _days(run: Run, source: Source) -> list[Row]:
    if not source.is_configured:
        return []
    windows, _ = promoted(run.home.landing(source.name), source)
    loaded = {day for window in windows for day in window.days()}
    first: date = min(loaded, default=min(run.company.history_start, run.last_day))
    return [
        {"source": source.name, "date": day, "is_loaded": day in loaded}
        for day in (Window(first, run.last_day).days() if first <= run.last_day else [])
    ]


def promoted(path: Path, source: Source) -> tuple[list[Window], int]:
    """The windows that were loaded and promoted, and the rows of all declared tables."""
    schema = dataset_name(source)
    counts = " + ".join(f"(select count(*) from {schema}.{table.name})" for table in source.tables)
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"attach '{quoted(path)}' as landing (read_only)")
        connection.execute("use landing")
        windows = connection.execute(f"select distinct date_from, date_to from {schema}.loaded_windows").fetchall()
        row = connection.execute(f"select {counts}").fetchone()
    return [Window(*window) for window in windows], int(row[0]) if row else 0
