"""The written pages are true."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from orchestration.cli import app
from orchestration.kpi_page import PAGE, kpi_page

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md"), *(ROOT / "connectors").rglob("README.md")])


def test_the_kpi_page_is_that_of_the_catalogue() -> None:
    assert PAGE.read_text("utf-8") == kpi_page(), "run `make docs`"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text("utf-8"))
    broken = [link for link in links if not (page.parent / link).exists()]
    assert not broken


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_commands_are_understood(page: Path) -> None:
    """Names and options of every `nyckeltal` line of a shell example, without running it."""
    shells = re.findall(r"^```sh\n(.*?)^```$", page.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    for line in re.findall(r"^nyckeltal ([^#\n]+)", "\n".join(shells), re.MULTILINE):
        command: Any = get_command(app)
        words = shlex.split(re.sub(r"\$\(.*?\)", "told", line))
        while words and words[0] in getattr(command, "commands", {}):
            command = command.commands[words.pop(0)]
        command.make_context("nyckeltal", words)
