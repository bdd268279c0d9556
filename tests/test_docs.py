"""The written pages are true."""

import re
from pathlib import Path

import pytest

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
