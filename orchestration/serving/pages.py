"""The personas' pages as an asset after publish; when the marts are held back, the pages that stand say so."""

import logging
from typing import Any

import dagster as dg

from orchestration.building.manifest import Project
from orchestration.home import Home
from orchestration.loading.load import step
from orchestration.run import Run, RunSettings

logger = logging.getLogger("nyckeltal.run")
# Published tables that the pages read; a project without them has no pages.
READ = (
    *("kpi_values", "kpi_catalog", "kpi_boards", "kpi_goals", "kpi_goal_checks", "kpi_changes", "kpi_change_factors"),
    *("kpi_change_reasons", "kpi_actions", "kpi_action_checks", "kpi_benchmarks", "fct_social_posts", "source_status"),
)


def has_pages(project: Project) -> bool:
    return set(READ) <= {str(node["name"]) for node in project.published}


def pages_asset(published: dg.AssetKey) -> dg.AssetsDefinition:
    """`serving/pages`: one self-contained HTML file per persona, and an index."""

    @dg.asset(
        key=["serving", "pages"],
        group_name="serving",
        description="executive.html, manager.html, specialist.html and index.html, each replaced whole.",
        deps=[published],
        kinds={"html"},
    )
    def pages(context: dg.AssetExecutionContext, run_settings: RunSettings) -> dg.MaterializeResult[Any]:
        from dashboards.drawn import is_drawn
        from dashboards.pages import PageTooLargeError, build_pages

        home = Run.of(context.run_id, run_settings).home
        if is_drawn(home):
            step("Pages", "nothing new to draw", "good")
            return dg.MaterializeResult(metadata={"status": "unchanged"})
        try:
            written = build_pages(home)
        except PageTooLargeError as error:
            raise dg.Failure(f"pages: {error}", allow_retries=False) from None
        step("Pages", ", ".join(page.file.name for page in written), "good")
        return dg.MaterializeResult(
            metadata={
                **{f"file/{page.persona}": dg.MetadataValue.path(str(page.file)) for page in written},
                **{f"data_bytes/{page.persona}": page.data_bytes for page in written},
            }
        )

    return pages


@dg.failure_hook(name="pages_say_that_marts_are_held_back")
def pages_say_so(context: dg.HookContext) -> None:
    """After a step of the models or of publish has failed: what is shown stays, and says that it is older."""
    from dashboards.drawn import is_drawn
    from dashboards.pages import build_pages
    from dashboards.trust import held_back

    home = Home.find()
    if home.marts.exists() and held_back(home.runs) and not is_drawn(home):
        build_pages(home)
