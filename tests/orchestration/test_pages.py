"""The pages in the runs: an asset after publish, and a hook that tells of marts that were held back."""

from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from connectors import sources
from dashboards import drawn
from dashboards import pages as built
from orchestration.assemble import assemble
from orchestration.home import DBT_PROJECT, Home
from orchestration.records import Check, GateRecord, Records, write_json
from orchestration.run import RunSettings
from orchestration.schedules import CADENCES, job_name
from orchestration.serving.pages import pages_asset, pages_say_so


@pytest.fixture
def builds(monkeypatch: pytest.MonkeyPatch) -> list[Home]:
    """The homes whose pages were built; the building itself is tested with the pages."""
    found: list[Home] = []

    def build(place: Home) -> list[built.Page]:
        found.append(place)
        return []

    monkeypatch.setattr(built, "build_pages", build)
    return found


def test_the_product_builds_pages_after_publish_in_every_cadence() -> None:
    definitions = assemble(sources(), DBT_PROJECT)
    graph = definitions.resolve_asset_graph()
    key = dg.AssetKey(["serving", "pages"])
    assert graph.get(key).parent_keys == {dg.AssetKey(["serving", "marts"])}
    for cadence in CADENCES:
        job = definitions.resolve_job_def(job_name(cadence))
        assert {key, dg.AssetKey(["serving", "reports"])} <= job.asset_layer.selected_asset_keys
        assert {hook.name for hook in job.hook_defs} == {pages_say_so.name}


def test_the_asset_builds_the_pages_of_the_runs_home(builds: list[Home], home: Path, config: None) -> None:
    published = dg.asset(lambda: None, key=["serving", "marts"])
    settings: dict[str, Any] = {"run_settings": RunSettings(as_of="2026-03-18T05:30:00+00:00")}
    assert dg.materialize([published, pages_asset(published.key)], resources=settings).success
    assert builds == [Home(home)]


def test_what_is_drawn_already_is_not_drawn_again(
    builds: list[Home], home: Path, config: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drawn, "is_drawn", lambda place: place == Home(home))
    published = dg.asset(lambda: None, key=["serving", "marts"])
    settings: dict[str, Any] = {"run_settings": RunSettings(as_of="2026-03-18T05:30:00+00:00")}
    assert dg.materialize([published, pages_asset(published.key)], resources=settings).success
    assert builds == []


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "config"
    folder.mkdir()
    company = "name: Shop\ntime_zone: Europe/Stockholm\nreporting_currency: SEK\nhistory_start: 2026-01-01\n"
    (folder / "company.yml").write_text(company, "utf-8")
    monkeypatch.setenv("NYCKELTAL_CONFIG", str(folder))


@pytest.mark.parametrize("passed", [True, False])
def test_a_failed_step_rebuilds_the_pages_only_where_marts_were_held_back(
    builds: list[Home], home: Path, passed: bool
) -> None:
    place = Home(home)
    place.marts.parent.mkdir(parents=True)
    place.marts.touch()
    records = Records(place.runs, "run")
    content = {"run_id": "run", "as_of": "2026-03-18T05:30:00+00:00", "started_at": "2026-03-18T05:30:00"}
    write_json(records.folder / "run.json", content)
    records.write_gate(GateRecord("marts", (Check("rows_are_unique", "kpi_values", passed=passed),)))

    @dg.op
    def fails() -> None:
        raise dg.Failure("held back")

    @dg.job(hooks={pages_say_so})
    def run() -> None:
        fails()

    assert not run.execute_in_process(raise_on_error=False).success
    assert builds == ([] if passed else [place])
