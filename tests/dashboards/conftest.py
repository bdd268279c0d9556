"""One published company for all tests of this folder, and the system's browser."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from dashboards.pages import build_pages
from orchestration.home import Home
from orchestration.locks import writer_lock
from tests.dashboards.published_company import write_marts


@pytest.fixture(scope="session")
def company(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Marts and pages; made once, also where several workers test.

    NYCKELTAL_TEST_MARTS names a published file to try instead.
    """
    own = tmp_path_factory.getbasetemp()
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID")
    home = Home((own.parent / f"company-{run}" if run else own / "company") / "home")
    home.marts.parent.mkdir(parents=True, exist_ok=True)
    with writer_lock(home.root / "made", "tests"):
        if not home.pages.exists():
            if given := os.environ.get("NYCKELTAL_TEST_MARTS"):
                shutil.copyfile(given, home.marts)
            else:
                write_marts(home)
            build_pages(home)
    return home


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    program = next(
        (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None
    )
    if program is None:
        pytest.skip("no Chromium on this machine: `make browser` installs it")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        yield started
        started.close()


@pytest.fixture
def made(company: Home, tmp_path: Path) -> Home:
    """A copy of the company in which a test may change things."""
    home = Home(tmp_path / "home")
    shutil.copytree(company.root / "serving", home.root / "serving")
    return home
