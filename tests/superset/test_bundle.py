"""The bundle fits together and holds no secret; the command refuses one."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml

from orchestration.building.manifest import Project
from orchestration.cli import WRONG_USAGE
from orchestration.cli.superset import superset
from orchestration.home import DBT_PROJECT
from orchestration.superset.bundle import bundle

ADDRESS = "postgresql+psycopg2://superset@localhost:5432/bi"


def files() -> dict[str, dict[str, Any]]:
    with zipfile.ZipFile(io.BytesIO(bundle(Project.open(DBT_PROJECT), ADDRESS, "marts"))) as archive:
        return {name.partition("/")[2]: yaml.safe_load(archive.read(name)) for name in archive.namelist()}


def test_every_chart_asks_for_what_its_dataset_has_and_stands_on_the_dashboard() -> None:
    found = files()
    datasets = {page["uuid"]: page for name, page in found.items() if name.startswith("datasets/")}
    charts = {page["uuid"]: page for name, page in found.items() if name.startswith("charts/")}
    for chart in charts.values():
        dataset = datasets[chart["dataset_uuid"]]
        columns = {column["column_name"] for column in dataset["columns"]}
        metrics = {metric["metric_name"] for metric in dataset["metrics"]}
        assert not columns & metrics, "a column and a metric of one name"
        [query] = json.loads(chart["query_context"])["queries"]
        asked = {column if isinstance(column, str) else column["label"] for column in query["columns"]}
        asked |= {item["col"] for item in query["filters"]}
        assert asked <= columns, chart["slice_name"]
        assert set(query.get("metrics", [])) <= metrics, chart["slice_name"]
    position = found["dashboards/Nyckeltal.yaml"]["position"]
    shown = [item["meta"]["uuid"] for item in position.values() if isinstance(item, dict) and item["type"] == "CHART"]
    assert sorted(shown) == sorted(charts)
    kinds = {chart["slice_name"].partition(":")[0]: chart for chart in charts.values()}
    assert set(kinds) == {"Awareness", "Consideration", "Conversion", "Loyalty"}


def test_the_same_catalogue_gives_the_same_file() -> None:
    project = Project.open(DBT_PROJECT)
    assert bundle(project, ADDRESS, "marts") == bundle(project, ADDRESS, "marts")


def test_an_address_with_a_password_is_refused(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    to = tmp_path / "bundle.zip"
    assert superset(to, "postgresql+psycopg2://superset:s3cret@localhost/bi") == WRONG_USAGE
    assert superset(to, "localhost") == WRONG_USAGE
    said = capfd.readouterr()
    assert "password" in said.err
    assert "s3cret" not in said.err + said.out
    assert not to.exists()
    assert superset(to, ADDRESS) == 0
    assert zipfile.is_zipfile(to)
