"""What a factory makes of the registry of sources and a dbt project: all assets, jobs and schedules."""

from collections.abc import Mapping
from pathlib import Path

import dagster as dg

from connectors.common.source import Source
from orchestration.alerts.sensor import alerts_sensor, failed_runs_sensor
from orchestration.building.dbt import model_assets
from orchestration.building.manifest import Project
from orchestration.copies.assets import copy_assets
from orchestration.fitting.models import fitted_assets
from orchestration.loading.landing import landing_assets
from orchestration.ops import ops_assets
from orchestration.run import RunSettings, calendar
from orchestration.schedules import jobs, schedules
from orchestration.serving.pages import has_pages, pages_asset, pages_say_so
from orchestration.serving.publish import outcome_asset, publish_asset
from orchestration.serving.reports import reports_asset


def assemble(sources: Mapping[str, Source], dbt_project: Path) -> dg.Definitions:
    """Needs no secret, network or DuckDB file. Raises ProjectBrokenError when dbt cannot parse its project."""
    project = Project.open(dbt_project)
    publish = publish_asset(project)
    time_zone, fiscal_year_start_month = calendar()
    shows = has_pages(project)
    pages = pages_asset(publish.key)
    return dg.Definitions(
        assets=[
            *(landing_assets(source) for source in sources.values()),
            ops_assets(sources),
            fitted_assets(),
            model_assets(project, tuple(sources), time_zone),
            publish,
            *((pages, reports_asset(pages.key)) if shows else ()),
            *copy_assets(project, publish.key),
            outcome_asset([publish.key]),
        ],
        jobs=jobs(project, {pages_say_so} if shows else set()),
        schedules=schedules(time_zone, fiscal_year_start_month),
        sensors=[alerts_sensor, failed_runs_sensor],
        resources={"run_settings": RunSettings()},
        # A process per step made the same run take 64 s instead of 14.
        executor=dg.in_process_executor,
    )
