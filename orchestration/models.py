"""Source `models`: what is fitted to the company's own data, made after the loads and before the models of dbt."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import dagster as dg
import duckdb

from connectors.common.models import LAG_CURVES, LEARNT
from connectors.common.run import dataset_name
from connectors.common.sql import quoted
from modelling.lag_curves import Given, learn
from orchestration.home import DBT_PROJECT
from orchestration.init import MODELS, complete
from orchestration.landing import asset_key
from orchestration.locks import writer_lock
from orchestration.promote import replacing
from orchestration.run import Run, RunSettings
from orchestration.vintages import MEASURES, SOURCES, folder_of, rows_of, sound_vintages


def fitted_assets() -> dg.AssetsDefinition:
    """`models/lag_curves` and when they were learnt."""

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
        learn_curves(Run.of(context.run_id, run_settings))
        for table in MODELS.tables:
            yield dg.MaterializeResult(asset_key=asset_key(MODELS.name, table.name))

    return fitted


def learn_curves(run: Run) -> bool:
    """Replaces landing/models.duckdb by what is learnt from the vintages before this day; whether there was any.

    Once a day: a second refresh of a day finds the same curves, and nothing to build.
    """
    target = run.home.landing(MODELS.name)
    today = run.as_of.astimezone(ZoneInfo(run.company.time_zone)).date()
    if _learnt_on(target) == today:
        return False
    with duckdb.connect(":memory:") as connection:
        folders = (folder_of(run.home.history, kind) for kind in (MEASURES, SOURCES))
        measures, sources = (sound_vintages(connection, folder) for folder in folders)
    if not measures or not sources:
        return False
    seeds = DBT_PROJECT / "seeds"
    given = Given(
        measures=f"select * from {rows_of(measures)} where known_on < date '{today}'",
        sources=f"select * from {rows_of(sources)} where known_on < date '{today}'",
        fed=(
            "select distinct measures.measure_id, fed.source, fed.platform, later.settle_days "
            f"from read_csv('{quoted(seeds / 'measures.csv')}') as measures "
            f"inner join read_csv('{quoted(seeds / 'fact_sources.csv')}') as fed using (fact) "
            f"left join read_csv('{quoted(seeds / 'measure_settling.csv')}') as later using (measure_id, source) "
            "where measures.maturity_days = 0"
        ),
    )
    with writer_lock(target, "lag curves"), replacing(target) as temporary:
        complete(MODELS, temporary)
        with duckdb.connect(str(temporary)) as connection:
            connection.execute("set timezone = 'UTC'")
            curves = learn(connection, given)
            learnt = LEARNT.rows([{"model": LAG_CURVES.name, "learnt_on": today}])
            for table, rows in ((LAG_CURVES, curves), (LEARNT, learnt)):
                connection.register("landed", rows)
                connection.execute(f"insert into {dataset_name(MODELS)}.{table.name} by name select * from landed")
                connection.unregister("landed")
    return True


def _learnt_on(target: Path) -> date | None:
    with duckdb.connect(str(target), read_only=True) as connection:
        row = connection.execute(f"select max(learnt_on) from {dataset_name(MODELS)}.{LEARNT.name}").fetchone()
    return row[0] if row else None
