"""What the dbt step leans on and is not a public name, and what it leaves behind."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import pytest
from dbt.parser.manifest import ManifestLoader

from orchestration.building import build
from orchestration.building.build import Built
from orchestration.building.manifest import Project, ProjectBrokenError
from tests.orchestration.conftest import Toy
from tests.orchestration.toy import TINY


def test_models_appear_as_materialisations_and_tests_as_checks_of_the_run(toy: Toy) -> None:
    run = toy.refresh()
    done = {event.asset_key.to_user_string(): event for event in run.result.get_asset_materialization_events()}
    assert {"staging/stg_shop__orders", "kpi/kpi_values_tactical", "marts/kpi_values"} <= set(done)
    metadata = done["marts/kpi_values"].step_materialization_data.materialization.metadata
    assert metadata["unique_id"].value == "model.tiny.kpi_values"
    gate = next(gate for gate in run.records.gates() if gate.gate == "dbt")
    assert {check.name for check in gate.checks} == {
        "unique_fct_orders_daily_order_date",
        "not_null_fct_orders_daily_order_date",
    }
    published = toy.marts("select distinct gate from data_quality order by 1")
    assert published == [("dbt",), ("landing.shop",), ("landing.web",), ("marts",)]


def test_views_that_stand_are_tested_and_not_built_again(toy: Toy, monkeypatch: pytest.MonkeyPatch) -> None:
    # The same project is parsed once, whatever the day.
    monkeypatch.setattr(ManifestLoader, "get_full_manifest", lambda *given, **named: pytest.fail("parsed again"))

    def built(run: Any) -> set[str]:
        done = run.result.get_asset_materialization_events()
        fresh = [event for event in done if "unique_id" in event.step_materialization_data.materialization.metadata]
        return {event.asset_key.path[-1] for event in fresh}

    assert "stg_shop__orders" in built(toy.refresh("daily"))
    toy.held["shop"][70]["amount"] = 5
    again = toy.refresh("daily")
    assert again.success
    tables = {"fct_orders_daily", "fct_orders", "source_status", "kpi_catalog", "kpi_values_operational"}
    assert built(again) == tables
    gate = next(gate for gate in again.records.gates() if gate.gate == "dbt")
    assert len(gate.checks) == 2
    assert toy.marts("select amount from fct_orders where order_id = 'o70'") == [(5,)]
    record = Built.read(toy.home)
    replace(record, project="another content").write(toy.home)
    # Tables of two versions do not fit together: also those of classes whose turn it is not are built anew.
    with duckdb.connect(str(toy.home.warehouse)) as connection:
        connection.execute("create or replace table kpi.kpi_values_tactical as select 1 as of_another_version")
    toy.held["shop"][70]["amount"] = 6
    anew = toy.refresh("daily")
    assert anew.success
    assert "stg_shop__orders" in built(anew)
    with duckdb.connect(str(toy.home.warehouse), read_only=True) as connection:
        columns = [row[0] for row in connection.execute("describe kpi.kpi_values_tactical").fetchall()]
    assert "of_another_version" not in columns
    assert Built.read(toy.home).project == record.project


def test_the_warehouse_is_closed_after_dbt(toy: Toy) -> None:
    toy.refresh()
    # Another process can write it, so this one holds it no longer.
    code = f"import duckdb; duckdb.connect({str(toy.home.warehouse)!r}).execute('create table free as select 1')"
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


def test_a_model_that_cannot_be_built_is_named_and_nothing_is_published(
    toy: Toy, monkeypatch: pytest.MonkeyPatch
) -> None:
    toy.refresh()
    arguments = build._arguments
    monkeypatch.setattr(build, "_arguments", lambda *given: [*arguments(*given), "--vars", '{"is_broken": true}'])
    before = toy.marts("select run_id from publish_info")
    toy.held["shop"][70]["amount"] = 5
    run = toy.refresh()
    assert not run.success
    assert "fct_orders_daily: " in run.failure("models")
    assert "no date" in run.failure("models")
    assert toy.marts("select run_id from publish_info") == before


def test_the_parsed_project_is_kept_by_content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from orchestration.building import manifest

    monkeypatch.setattr(manifest, "CACHE", tmp_path)
    parsed: list[Path] = []
    parse = manifest._parse
    monkeypatch.setattr(manifest, "_parse", lambda folder, kept: (parsed.append(kept), parse(folder, kept)))
    first, again = Project.open(TINY), Project.open(TINY)
    assert len(parsed) == 1
    assert first == again
    assert [node["name"] for node in first.published] == ["fct_orders", "kpi_catalog", "kpi_values", "source_status"]


def test_a_project_that_does_not_parse_is_said_in_dbts_words(tmp_path: Path) -> None:
    (tmp_path / "dbt_project.yml").write_text("name: broken\nprofile: tiny\nversion: 1.0.0\n")
    (tmp_path / "profiles.yml").write_text((TINY / "profiles.yml").read_text())
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "a.sql").write_text("select * from {{ ref('nowhere') }}")
    with pytest.raises(ProjectBrokenError, match="nowhere"):
        Project.open(tmp_path)


def test_every_buildable_comes_after_what_it_reads() -> None:
    order = [node["unique_id"] for node in Project.open(TINY).buildable]
    for node in Project.open(TINY).buildable:
        for parent in node["depends_on"]["nodes"]:
            assert parent not in order or order.index(parent) < order.index(node["unique_id"])


def test_keys_join_landing_and_models(toy: Toy) -> None:
    specs = {spec.key: spec for spec in toy.definitions.resolve_all_asset_specs()}
    staged = specs[dg.AssetKey(["staging", "stg_shop__orders"])]
    assert [dep.asset_key for dep in staged.deps] == [dg.AssetKey(["shop", "orders"])]
    assert "dlt" in specs[dg.AssetKey(["shop", "orders"])].kinds
    assert duckdb.__version__.startswith("2.")
