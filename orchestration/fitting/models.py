"""Source `models`: what is fitted to the company's own data, made after the loads and before the models of dbt."""

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import dagster as dg
import duckdb
import pyarrow as pa

from connectors.common.models import LAG_CURVES, LEARNT, PREDICTED_VALUES, PREDICTION_FITS
from connectors.common.run import dataset_name
from connectors.common.table import Reload, Table
from orchestration.fitting.curves import curves_before
from orchestration.fitting.predictions import predictions
from orchestration.init import MODELS, complete
from orchestration.loading.landing import asset_key
from orchestration.loading.promote import replacing
from orchestration.locks import writer_lock
from orchestration.run import Run, RunSettings


def fitted_assets() -> dg.AssetsDefinition:
    """`models/lag_curves`, `models/predicted_values`, and how they were fitted."""

    @dg.multi_asset(
        name="fitted",
        specs=[
            dg.AssetSpec(
                asset_key(MODELS.name, table.name),
                group_name=MODELS.name,
                description=table.description,
                kinds={"python", "duckdb"},
            )
            for table in MODELS.tables
        ],
    )
    def fitted(context: dg.AssetExecutionContext, run_settings: RunSettings) -> Iterator[dg.MaterializeResult[Any]]:
        fit_models(Run.of(context.run_id, run_settings))
        for table in MODELS.tables:
            yield dg.MaterializeResult(asset_key=asset_key(MODELS.name, table.name))

    return fitted


def fit_models(run: Run) -> list[Table]:
    """Brings landing/models.duckdb up to the day; the tables that changed.

    Lag curves are learnt once a day, predictions once a month: a second refresh of a day finds nothing to do.
    """
    target = run.home.landing(MODELS.name)
    today = run.as_of.astimezone(ZoneInfo(run.company.time_zone)).date()
    learnt_on, predicted = _known(target)
    new: list[tuple[Table, pa.Table]] = []
    if learnt_on != today and (curves := curves_before(run.home, today)) is not None:
        new += [(LAG_CURVES, curves), (LEARNT, LEARNT.rows([{"model": LAG_CURVES.name, "learnt_on": today}]))]
    if found := predictions(run.home.marts, run.last_day, today, predicted):
        new += zip((PREDICTED_VALUES, PREDICTION_FITS), found, strict=True)
    if new:
        _land(target, new)
    return [table for table, _ in new]


def _land(target: Path, new: list[tuple[Table, pa.Table]]) -> None:
    """Into a copy that takes the file's place: tables that are replaced anew, the others month by month."""
    with writer_lock(target, "fitted models"), replacing(target) as temporary:
        shutil.copyfile(target, temporary)
        complete(MODELS, temporary)
        with duckdb.connect(str(temporary)) as connection:
            for table, rows in new:
                relation = f"{dataset_name(MODELS)}.{table.name}"
                connection.register("landed", rows)
                # Another run may have told the same months meanwhile.
                same = "" if table.reload is Reload.REPLACE else "where as_of_date in (select as_of_date from landed)"
                connection.execute(f"delete from {relation} {same}")
                connection.execute(f"insert into {relation} by name select * from landed")
                connection.unregister("landed")


def _known(target: Path) -> tuple[date | None, set[date]]:
    """When the curves were learnt, and the months that are predicted (or refused) already."""
    schema = dataset_name(MODELS)
    with duckdb.connect(str(target), read_only=True) as connection:
        learnt = connection.execute(f"select max(learnt_on) from {schema}.{LEARNT.name}").fetchone()
        months = connection.execute(f"select as_of_date from {schema}.{PREDICTION_FITS.name}").fetchall()
    return learnt[0] if learnt else None, {row[0] for row in months}
