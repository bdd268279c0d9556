"""The examples of docs/restatement.md are commands, settings and columns that there are."""

import re
import shlex
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from connectors.config import read_company
from orchestration.cli import app

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "restatement.md").read_text("utf-8")


def test_the_commands_are_understood(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    for name in ("refresh", "kpi"):
        # The package has a command of the module's name, so the module is asked for by its path.
        module = import_module(f"orchestration.cli.{name}")
        monkeypatch.setattr(module, name, lambda *given, name=name: asked.append((name, *given)) or 0)
    commands = re.findall(r"^\$ nyckeltal ([^#\n]+)", PAGE, re.MULTILINE)
    assert len(commands) == 4
    for command in commands:
        ran = CliRunner().invoke(app, shlex.split(command))
        assert ran.exit_code == 0, (command, ran.output)
    assert asked == [
        ("kpi", "roas_platform", "week", None, None, "platform", False, "2026-03-09"),
        ("refresh", "daily", "2025-01-01", "2025-12-31", [], None, False),
        ("refresh", "daily", "2026-02-01", "2026-02-14", ["google_ads"], None, False),
        ("refresh", "daily", None, None, [], None, True),
    ]


def test_the_settings_are_a_companys(tmp_path: Path) -> None:
    (block,) = re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    company = (ROOT / "config" / "company.yml").read_text("utf-8")
    (tmp_path / "company.yml").write_text(f"{company}\n{block}", "utf-8")
    found = read_company(tmp_path)
    assert (found.reload_days, found.settle_days) == ({"google_ads": 90}, {"google_ads": 90})
    assert found.wide_reload_days == {"google_analytics": 60}


def test_the_query_reads_columns_that_are_published() -> None:
    (query,) = re.findall(r'^\$ duckdb \S+ "select (.*?)\s+from kpi_final_values', PAGE, re.MULTILINE | re.DOTALL)
    (model,) = yaml.safe_load((ROOT / "dbt_project/models/marts/kpi/kpi_final_values.yml").read_text("utf-8"))["models"]
    assert {name.strip() for name in query.split(",")} <= {column["name"] for column in model["columns"]}
