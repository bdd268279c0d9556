"""Jobs by cadence and their schedules, over the same assets: a class of KPIs is refreshed when its decision is due."""

from collections.abc import Mapping

import dagster as dg

from orchestration.dbt import model_key
from orchestration.manifest import CLASSES, Project

# Which classes a cadence builds; everything upstream of them, and publishing, belongs to each.
CADENCES: Mapping[str, tuple[str, ...]] = {
    "daily": ("operational",),
    "weekly": ("tactical",),
    "monthly": ("strategic",),
    "quarterly": ("strategic",),
    "full": CLASSES,
}
# The slowest vendor has closed its day at 04:00; one after the other, since they build the same warehouse.
CRON = {"daily": "30 5 * * *", "weekly": "0 7 * * 1", "monthly": "0 8 1 * *", "quarterly": "30 8 1 1,4,7,10 *"}
# Two refreshes at once would only wait for each other's files.
TAGS = {"writes": "warehouse"}


def job_name(cadence: str) -> str:
    return f"refresh_{cadence}"


def jobs(project: Project, hooks: set[dg.HookDefinition]) -> list["dg.UnresolvedAssetJobDefinition"]:
    """`refresh_<cadence>`, and `backfill`: a range given in the run configuration, loaded again in one run.

    `hooks`: what happens after a step has failed.
    """
    refreshes = [
        dg.define_asset_job(
            job_name(cadence),
            selection=_selection(project, classes),
            tags=TAGS,
            config=_rebuild(cadence == "full"),
            hooks=hooks,
        )
        for cadence, classes in CADENCES.items()
    ]
    backfill = dg.define_asset_job(
        "backfill",
        selection=dg.AssetSelection.all(),
        tags=TAGS,
        hooks=hooks,
        description="Loads the days `date_from` to `date_to` of all sources again and builds everything on them.",
    )
    return [*refreshes, backfill]


def schedules(time_zone: str) -> list[dg.ScheduleDefinition]:
    """Plain schedules: each load starts where the last one ended, so a machine that slept catches up in one run."""
    return [
        dg.ScheduleDefinition(
            name=cadence, job_name=job_name(cadence), cron_schedule=cron, execution_timezone=time_zone
        )
        for cadence, cron in CRON.items()
    ]


def _selection(project: Project, classes: tuple[str, ...]) -> dg.AssetSelection:
    others = [model_key(node) for name in CLASSES if name not in classes for node in project.of_class(name)]
    return dg.AssetSelection.all() - dg.AssetSelection.assets(*others) if others else dg.AssetSelection.all()


def _rebuild(is_wanted: bool) -> dict[str, object]:
    return {"resources": {"run_settings": {"config": {"rebuild": is_wanted}}}}
