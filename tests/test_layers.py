"""Who may import whom, and what the repository must not name."""

import ast
import subprocess
from pathlib import Path

import pytest

import connectors

ROOT = Path(__file__).resolve().parents[1]
FORBIDDEN = {
    "connectors": {"dagster", "dagster_dbt", "dbt", "great_expectations", "orchestration", "sandbox", "tests"},
    "modelling": {"connectors", "dagster", "dagster_dbt", "dbt", "dlt", "orchestration", "sandbox", "tests"},
    "orchestration": {"sandbox", "tests"},
    "dashboards": {"connectors", "dagster", "dagster_dbt", "dbt", "dlt", "great_expectations", "sandbox", "tests"},
    "sandbox": {"connectors", "modelling", "orchestration", "dagster", "dbt", "dlt", "tests"},
    "tests/oracle": {"connectors", "modelling", "orchestration", "dagster", "dbt", "dlt", "duckdb"},
}
# The demo is the one place where the simulated company meets the pipeline, by its command line only.


def imported(file: Path) -> set[str]:
    """Top-level packages that a module imports anywhere in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            found.add(node.module.partition(".")[0])
    return found


@pytest.mark.parametrize("folder", FORBIDDEN)
def test_layers_import_only_what_lies_below(folder: str) -> None:
    files = sorted((ROOT / folder).rglob("*.py"))
    assert files, f"{folder} holds no Python"
    wrong = {str(file.relative_to(ROOT)): bad for file in files if (bad := imported(file) & FORBIDDEN[folder])}
    assert not wrong


def test_ways_to_configure_a_source_name_its_settings() -> None:
    for source in connectors.sources().values():
        declared = {setting.name for setting in source.settings if not setting.is_required}
        assert {name for names in source.one_of for name in names} <= declared, source.name


def test_no_tracked_file_names_a_machine_path_or_a_package_registry() -> None:
    host = "py" + "pi.org"
    for text in (host, "files.python" + "hosted", str(ROOT.parent) + "/"):
        found = subprocess.run(["git", "grep", "-lIF", text], cwd=ROOT, capture_output=True, text=True, check=False)
        assert not found.stdout, f"{text!r} stands in {found.stdout.split()}"
