"""`nyckeltal dashboards`: the personas' pages, built anew from the published marts."""

from pathlib import Path

from dashboards.pages import PageTooLargeError, build_pages
from orchestration.cli import FAILED
from orchestration.cli.marts import NothingPublishedError
from orchestration.cli.output import complain, out
from orchestration.home import Home


def dashboards() -> int:
    """Exit code 1 when nothing is published yet or a page would be too large."""
    home = Home.find()
    try:
        pages = build_pages(home)
    except (NothingPublishedError, PageTooLargeError) as error:
        complain(error)
        return FAILED
    for file in (home.pages / "index.html", *(page.file for page in pages)):
        out().print(_short(file), soft_wrap=True)
    return 0


def _short(file: Path) -> str:
    """Relative to the working folder where it lies below it."""
    here = Path.cwd()
    return str(file.relative_to(here) if file.is_relative_to(here) else file)
