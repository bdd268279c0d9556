"""The models as Dagster assets, built by dbt inside this process (4 s faster than its command line)."""

import logging
from collections.abc import Iterator, Mapping, Set
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, DbtProject, dbt_assets

# Not a public name of dagster-dbt: tests/orchestration/test_dbt.py holds it to the pinned version.
from dagster_dbt.core.dbt_cli_event import DbtCoreCliEventMessage

from orchestration.building.build import Built, build, inputs_fingerprint, standing
from orchestration.building.build_trouble import in_plain_words, require_readable
from orchestration.building.manifest import Node, Project, group_of, model_class
from orchestration.freshness import policy
from orchestration.init import OWN
from orchestration.loading.load import step
from orchestration.locks import writer_lock
from orchestration.run import Run, RunSettings

logger = logging.getLogger("nyckeltal.run")


class Translator(DagsterDbtTranslator):
    """Keys: `shopify/orders` for a source table, `<schema>/<model>` for a model. Groups from the folders."""

    def __init__(self, time_zone: str) -> None:
        # A Dagster check per dbt test would write two events for each of some hundred tests, in every run. What a test
        # found stands in the run's records, in `data_quality`, and stops the run.
        super().__init__(DagsterDbtTranslatorSettings(enable_asset_checks=False))
        self._time_zone = time_zone

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        if dbt_resource_props["resource_type"] == "source":
            return dg.AssetKey([dbt_resource_props["source_name"].removeprefix("raw_"), dbt_resource_props["name"]])
        return model_key(dbt_resource_props)

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        return None if dbt_resource_props["resource_type"] == "source" else group_of(dbt_resource_props)

    def get_description(self, dbt_resource_props: Mapping[str, Any]) -> str:
        # dagster-dbt appends the SQL, and lists of assets show the first words of both.
        return " ".join(str(dbt_resource_props["description"]).split())

    def get_asset_spec(self, manifest: Mapping[str, Any], unique_id: str, project: DbtProject | None) -> dg.AssetSpec:
        spec = super().get_asset_spec(manifest, unique_id, project)
        name = model_class(self.get_resource_props(manifest, unique_id))
        return spec.replace_attributes(freshness_policy=policy(name, self._time_zone)) if name else spec


def model_key(node: Node) -> dg.AssetKey:
    """`marts/kpi_values`: schema and name."""
    return dg.AssetKey([node["schema"], node["name"]])


def model_assets(project: Project, sources: tuple[str, ...], time_zone: str) -> dg.AssetsDefinition:
    """All models and seeds as one step; `sources`: the landing files they read."""
    translator = Translator(time_zone)

    @dbt_assets(manifest=project.manifest, name="models", dagster_dbt_translator=translator)
    def models(context: dg.AssetExecutionContext, run_settings: RunSettings) -> Iterator[Any]:
        run = Run.of(context.run_id, run_settings)
        selected = {
            node["unique_id"]: node for node in project.buildable if model_key(node) in context.selected_asset_keys
        }
        classes = sorted({name for node in selected.values() if (name := model_class(node))})
        run.records.write("classes", "models", {"classes": classes})
        with writer_lock(run.home.warehouse, "dbt", logger.warning), in_plain_words(run, (*sources, *OWN)):
            require_readable(run, (*sources, *OWN))
            fingerprint = inputs_fingerprint(run, project, sources)
            # What was built is gone with the file.
            built = Built.read(run.home) if run.home.warehouse.exists() else Built()
            if built.covers(fingerprint, set(selected)):
                step("Models", "nothing new to build", "good")
                yield from map(_unchanged, selected.values())
                return
            built = built.forget(run.home, fingerprint, project.fingerprint)
            stands = standing(run, project, built)
            is_other = built.project != project.fingerprint
            untold = dict(selected)
            yield from _unchanged_by_now(untold, stands)
            for raw in build(run, project, list(selected.values()), stands, is_other):
                # Models that were missing in the warehouse are built along; they are not of this job.
                if untold.pop(raw["data"]["node_info"]["unique_id"], None) is not None:
                    yield from DbtCoreCliEventMessage(raw, {}).to_default_asset_events(
                        manifest=project.manifest, dagster_dbt_translator=translator, context=context
                    )
                    yield from _unchanged_by_now(untold, stands)
            all_of_it = {node["unique_id"] for node in project.buildable} if is_other else set(selected)
            built.add(run.home, all_of_it, project.fingerprint)

    return models


def _unchanged_by_now(untold: dict[str, Node], stands: Set[str]) -> Iterator[dg.Output[None]]:
    """Tells of the nodes that stand and read nothing untold, and takes them out: Dagster wants each after its parents.

    `untold`: by id, each after what it reads.
    """
    for key in [key for key in untold if key in stands]:
        if not any(parent in untold for parent in untold[key]["depends_on"].get("nodes", ())):
            yield _unchanged(untold.pop(key))


def _unchanged(node: Node) -> dg.Output[None]:
    return dg.Output(None, output_name=model_key(node).to_python_identifier(), metadata={"status": "unchanged"})
