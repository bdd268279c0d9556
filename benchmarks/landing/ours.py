"""The product's own way: the connector through `connectors.common.run.load`, exactly as every refresh calls it."""

import os
from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.landing.pages import Recording
from benchmarks.part import Timed, timed
from connectors import source as connector
from connectors.common.privacy import Hasher
from connectors.common.run import Plan, load
from connectors.common.source import Source
from connectors.common.window import Window

HASHER = Hasher(b"the key of the benchmark's company")


def measure(folder: str, url: str) -> Timed:
    """A first load of all recorded pages."""
    recording = Recording(Path(folder))
    os.environ.update(recording.environment(url))
    source = connector(recording.about.source)
    with TemporaryDirectory() as scratch, timed() as found:
        found.counts = first_load(source, Path(scratch), recording.about.first_day, recording.about.as_of)
    return found


def first_load(source: Source, folder: Path, first_day: str, as_of: str) -> dict[str, int]:
    """Loads a source's whole history into a new file in `folder`; rows by table, and `rows` of all."""
    instant = datetime.fromisoformat(as_of)
    window = Window(date.fromisoformat(first_day), instant.date() - timedelta(days=1))
    plan = Plan(window, changed_since=None, is_bounded=False)
    rows = load(source, folder / f"{source.name}.duckdb", plan, instant, HASHER).rows
    return {"rows": sum(rows.values()), **rows}
