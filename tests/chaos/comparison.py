"""What a disturbed home must have in common with one that nobody disturbed, besides its marts."""

from pathlib import Path

import duckdb

from orchestration.home import Home
from orchestration.serving.vintages import KINDS, folder_of, rows_of, vintage_files


def assert_equal_vintages(undisturbed: Path, history: Path) -> None:
    """The same was known at the same times; in which file it stands, and whether twice, does not matter."""
    for kind in KINDS:
        expected, found = (vintage_files(folder_of(folder, kind)) for folder in (undisturbed, history))
        assert bool(expected) == bool(found), kind.name
        if not expected:
            continue
        told = "select distinct * exclude (vintage) from {}"
        with duckdb.connect(":memory:") as connection:
            one, other = told.format(rows_of(expected)), told.format(rows_of(found))
            differs = connection.execute(f"({one} except {other}) union all ({other} except {one})").fetchall()
        assert not differs, f"vintages of {kind.name}: {len(differs)} rows differ, for example {differs[0]}"


def assert_pages_of_the_marts(home: Path) -> None:
    """Each page names the run that published; a project without pages has none."""
    found = Home(home)
    with duckdb.connect(str(found.marts), read_only=True) as connection:
        [(run_id,)] = connection.execute("select run_id from publish_info").fetchall()
    for page in found.pages.glob("*.html"):
        assert str(run_id)[:8] in page.read_text("utf-8"), f"{page.name} is not of the run that published"
