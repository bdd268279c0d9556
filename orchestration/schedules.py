"""Jobs by cadence and their schedules, over the same assets: a class of KPIs is refreshed when its decision is due."""

from collections.abc import Mapping

import dagster as dg
import duckdb

from connectors.common.sql import quoted
from orchestration.building.dbt import model_key
from orchestration.building.manifest import CLASSES, Project
from orchestration.home import Home
from orchestration.init import OPS
from orchestration.recovery.backfill import Progress

# Which classes a cadence builds; everything upstream of them, and publishing, belongs to each.
CADENCES: Mapping[str, tuple[str, ...]] = {
    "daily": ("operational",),
    "weekly": ("tactical",),
    "monthly": ("strategic",),
    "quarterly": ("strategic",),
    "full": CLASSES,
}
# The slowest vendor has closed its day at 04:00; one after the other, since they build the same warehouse.
CRON = {"daily": "30 5 * * *", "weekly": "0 7 * * 1", "monthly": "0 8 1 * *", "quarterly": "30 8 1 {quarters} *"}
GAPS_CRON = "15 4 * * *"
BACKFILL, FILL_GAPS = "backfill", "fill_gaps"
# Two refreshes at once would only wait for each other's files.
TAGS = {"writes": "warehouse"}


def job_name(cadence: str) -> str:
    return f"refresh_{cadence}"


def settings_of(cadence: str) -> dict[str, object]:
    """Run settings of a cadence: whoever closes a period first reloads what has restated in a wider pass."""
    return {"rebuild": cadence == "full", "is_wide": cadence != "daily", "classes": list(CADENCES[cadence])}


def jobs(project: Project, hooks: set[dg.HookDefinition]) -> list["dg.UnresolvedAssetJobDefinition"]:
    """`refresh_<cadence>`; `backfill`: a range given in the run configuration; `fill_gaps`: days that are missing.

    `hooks`: what happens after a step has failed.
    """
    refreshes = [
        dg.define_asset_job(
            job_name(cadence),
            selection=_selection(project, classes),
            tags=TAGS,
            config=_config(settings_of(cadence)),
            hooks=hooks,
        )
        for cadence, classes in CADENCES.items()
    ]
    backfill = dg.define_asset_job(
        BACKFILL,
        selection=dg.AssetSelection.all(),
        tags=TAGS,
        config=_config({"classes": list(CLASSES)}),
        hooks=hooks,
        description="Loads the days `date_from` to `date_to` of all sources again and builds everything on them.",
    )
    fill_gaps = dg.define_asset_job(
        FILL_GAPS,
        selection=dg.AssetSelection.all(),
        tags=TAGS,
        config=_config({"classes": list(CLASSES), "fill_gaps": True}),
        hooks=hooks,
        description="Loads days that were never loaded, and ranges that were interrupted, then what restates.",
    )
    return [*refreshes, backfill, fill_gaps]


def schedules(time_zone: str, fiscal_year_start_month: int = 1) -> list[dg.ScheduleDefinition]:
    """Plain schedules: each load starts where the last one ended, so a machine that slept catches up in one run."""
    quarters = ",".join(str(month) for month in range(1, 13) if (month - fiscal_year_start_month) % 3 == 0)
    return [
        *(
            dg.ScheduleDefinition(
                name=cadence,
                job_name=job_name(cadence),
                cron_schedule=cron.format(quarters=quarters),
                execution_timezone=time_zone,
            )
            for cadence, cron in CRON.items()
        ),
        dg.ScheduleDefinition(
            name=FILL_GAPS,
            job_name=FILL_GAPS,
            cron_schedule=GAPS_CRON,
            execution_timezone=time_zone,
            execution_fn=_fill_gaps,
        ),
    ]


def _fill_gaps(_: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    home = Home.find()
    if not Progress.is_any(home) and not _missing(home):
        return dg.SkipReason("no day is missing in any source")
    return dg.RunRequest()


def _missing(home: Home) -> bool:
    """Whether a source lacks days before the last one that it has, as the last run left it."""
    ops = home.landing(OPS.name)
    if not ops.exists():
        return False
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"attach '{quoted(ops)}' as ops (read_only)")
        found = connection.execute(
            "select 1 from ops.raw_ops.source_days as days "
            "inner join ops.raw_ops.source_status as status using (source) "
            "where not days.is_loaded and days.date < status.data_until limit 1"
        ).fetchall()
    return bool(found)


def _selection(project: Project, classes: tuple[str, ...]) -> dg.AssetSelection:
    others = [model_key(node) for name in CLASSES if name not in classes for node in project.of_class(name)]
    return dg.AssetSelection.all() - dg.AssetSelection.assets(*others) if others else dg.AssetSelection.all()


def _config(settings: dict[str, object]) -> dict[str, object]:
    return {"resources": {"run_settings": {"config": settings}}}
