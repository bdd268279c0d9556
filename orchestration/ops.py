"""Source `ops`: how the sources fare, so that models can mark what is missing or provisional."""

import logging
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

import dagster as dg
import duckdb

from connectors.common.ops import CLASS_STATUS, SOURCE_DAYS, SOURCE_STATUS
from connectors.common.run import dataset_name
from connectors.common.source import Source
from connectors.common.window import Window
from orchestration.building.manifest import CLASSES
from orchestration.clock import parse_as_of
from orchestration.freshness import is_late
from orchestration.init import OPS, complete
from orchestration.loading.landing import asset_key, first_key
from orchestration.loading.load import promoted
from orchestration.loading.promote import replacing
from orchestration.locks import writer_lock
from orchestration.records import published_as_of, source_status
from orchestration.recovery.housekeeping import tidy_monthly
from orchestration.run import Run, RunSettings

Row = dict[str, object]
logger = logging.getLogger("nyckeltal.run")


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
    landed = {name: promoted(run.home.landing(name), source) for name, source in sources.items()}
    days = [row for name, source in sources.items() for row in _days(run, source, landed[name][0])]
    missing = Counter(row["source"] for row in days if not row["is_loaded"])
    status = [_status(run, source, *landed[name]) | {"missing_days": missing[name]} for name, source in sources.items()]
    classes = [_class(run, name) for name in CLASSES]
    with writer_lock(target, "ops", logger.warning), replacing(target) as temporary:
        complete(OPS, temporary)
        with duckdb.connect(str(temporary)) as connection:
            for table, rows in ((SOURCE_STATUS, status), (SOURCE_DAYS, days), (CLASS_STATUS, classes)):
                made = table.rows(rows)
                connection.execute(f"insert into {dataset_name(OPS)}.{table.name} by name select * from made")
                del made


def _status(run: Run, source: Source, windows: list[Window], rows: int) -> Row:
    known = source_status(run.home.runs, source.name)
    until = min(max((window.date_to for window in windows), default=run.last_day), run.last_day) if windows else None
    # A source restates each day for a while; a company may know its own better (connectors/config).
    settle_days = run.company.settle_days.get(source.name, source.settle_days)
    text = known.get("last_load_at")
    last_load_at = parse_as_of(text) if text else None
    return {
        "source": source.name,
        "is_configured": source.is_configured,
        "last_load_at": last_load_at,
        "data_until": until,
        "provisional_from": until - timedelta(days=settle_days - 1) if until and settle_days else None,
        "row_count": rows,
        "last_error": known.get("last_error"),
        "is_late": source.is_configured and (last_load_at is None or run.as_of - last_load_at > source.freshness_lag),
    }


def _class(run: Run, name: str) -> Row:
    # A class that this run builds is fresh once what is written here is read.
    built_at = run.as_of if name in run.classes else published_as_of(run.home.runs, name)
    late = is_late(name, built_at, run.as_of, run.company.time_zone)
    return {"class": name, "built_at": built_at, "is_late": late}


def _days(run: Run, source: Source, windows: list[Window]) -> list[Row]:
    if not source.is_configured:
        return []
    loaded = {day for window in windows for day in window.days()}
    first: date = min(loaded, default=min(run.company.history_start, run.last_day))
    return [
        {"source": source.name, "date": day, "is_loaded": day in loaded}
        for day in (Window(first, run.last_day).days() if first <= run.last_day else [])
    ]
