"""The code location: what a factory makes of the registry of sources, the dbt project and the schedules.

Loads without secrets, network or DuckDB; those are met when a run starts.
"""

import dagster as dg

import connectors
from orchestration import home
from orchestration.dbt import model_assets
from orchestration.landing import landing_assets
from orchestration.manifest import Project
from orchestration.ops import ops_assets
from orchestration.publish import outcome_asset, publish_asset
from orchestration.run import RunSettings, time_zone
from orchestration.schedules import jobs, schedules


def definitions() -> dg.Definitions:
    sources = connectors.sources()
    project = Project.open(home.DBT_PROJECT)
    publish = publish_asset(project)
    return dg.Definitions(
        assets=[
            *(landing_assets(source) for source in sources.values()),
            ops_assets(sources),
            model_assets(project, tuple(sources), time_zone()),
            publish,
            outcome_asset([publish.key]),
        ],
        jobs=jobs(project),
        schedules=schedules(time_zone()),
        resources={"run_settings": RunSettings()},
        # A process per step made the same run take 64 s instead of 14.
        executor=dg.in_process_executor,
    )


defs = definitions()
