"""dbt builds the whole project where nothing has landed, with every data test and every business rule's unit test."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from connectors import sources
from connectors.common.run import create_empty
from orchestration.init import OWN

DBT_PROJECT = Path(__file__).resolve().parents[2] / "dbt_project"


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[str, str]]:
    """Status and message of every node of one `dbt build`, by unique id."""
    home = tmp_path_factory.mktemp("home")
    for source in sources().values():
        create_empty(source, home / "landing" / f"{source.name}.duckdb")
    for source in OWN.values():
        create_empty(source, home / "landing" / f"{source.name}.duckdb")
    target = home / "target"
    command = [sys.executable, "-m", "dbt.cli.main", "--quiet", "build", "--project-dir", str(DBT_PROJECT)]
    command += ["--profiles-dir", str(DBT_PROJECT), "--target-path", str(target), "--log-path", str(home / "logs")]
    command += ["--vars", json.dumps({"as_of": "2026-03-18T05:30:00Z"})]
    plain = {key: value for key, value in os.environ.items() if not key.startswith(("DBT_", "NYCKELTAL_"))}
    done = subprocess.run(
        command,
        env=plain | {"NYCKELTAL_HOME": str(home), "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"},
        cwd=home,
        capture_output=True,
        text=True,
        check=False,
    )
    found = target / "run_results.json"
    assert found.exists(), done.stdout + done.stderr
    parsed = json.loads(found.read_text("utf-8"))["results"]
    return {result["unique_id"]: (result["status"], result["message"] or "") for result in parsed}


def test_every_model_builds_where_nothing_has_landed(results: dict[str, tuple[str, str]]) -> None:
    models = {key: result for key, result in results.items() if key.startswith(("model.", "seed."))}
    assert len(models) > 100
    assert {key: result for key, result in models.items() if result[0] != "success"} == {}


def test_every_data_test_holds_where_nothing_has_landed(results: dict[str, tuple[str, str]]) -> None:
    tests = {key: result for key, result in results.items() if key.startswith("test.")}
    assert len(tests) > 20
    assert {key: result for key, result in tests.items() if result[0] not in ("pass", "warn")} == {}


def test_every_business_rule_holds(results: dict[str, tuple[str, str]]) -> None:
    rules = {key: result for key, result in results.items() if key.startswith("unit_test.")}
    assert len(rules) > 20
    assert {key: result for key, result in rules.items() if result[0] != "pass"} == {}
