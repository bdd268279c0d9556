"""What a disturbed home must have in common with one that nobody disturbed, besides its marts."""

import re
from pathlib import Path

import duckdb

from orchestration.home import Home
from orchestration.serving.vintages import KINDS, folder_of, rows_of, vintage_files

DRAWN_FROM = re.compile(r'name="drawn-from" content="(\w+)"')


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
    """Each persona's page names the run that published, and the index was drawn with them; none without pages."""
    found = Home(home)
    with duckdb.connect(str(found.marts), read_only=True) as connection:
        [(run_id,)] = connection.execute("select run_id from publish_info").fetchall()
    texts = {page.name: page.read_text("utf-8") for page in found.pages.glob("*.html")}
    for name, text in texts.items():
        assert name == "index.html" or str(run_id) in text, f"{name} is not of the run that published"
    drawn_from = {name: DRAWN_FROM.findall(text) for name, text in texts.items()}
    assert all(len(marks) == 1 for marks in drawn_from.values()), drawn_from
    assert len({marks[0] for marks in drawn_from.values()}) <= 1, f"pages of different runs: {drawn_from}"
