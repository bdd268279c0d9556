"""Files as a source: every mapping of the configuration, read anew each time; what a file no longer says is gone."""

import logging
import os
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path

import dlt
import pyarrow as pa
from dlt.extract import DltResource

from connectors.common.errors import SourceError
from connectors.common.privacy import Hasher
from connectors.common.resource import resource
from connectors.common.source import LoadRequest, Setting, Source
from connectors.files.mapping import read_mapping
from connectors.files.read import BadRow, read_input
from connectors.files.shape import Shaped, describe, shape
from connectors.files.tables import INPUTS, LANDED, QUARANTINE, TABLES

LOG = logging.getLogger("nyckeltal.files")


@dlt.source(name="files", section="files", max_table_nesting=0)
def files_source(
    request: LoadRequest, folder: str | None = dlt.config.value, mappings: str = ""
) -> Iterable[DltResource]:
    """All canonical entities that files give, the rows that did not fit, and what was read."""
    reading = Reading(Path(folder or "."), Path(mappings) if mappings else default_mappings(), request.hasher)
    for name, table in LANDED.items():
        yield resource(table, lambda name=name: reading.entities.get(name, []))
    yield resource(QUARANTINE, lambda: [reading.quarantine])
    yield resource(INPUTS, lambda: [reading.inputs])


def default_mappings() -> Path:
    """`mappings/` in the configuration folder."""
    return Path(os.environ.get("NYCKELTAL_CONFIG", "config")) / "mappings"


def preview(folder: Path, mapping: Path, hasher: Hasher) -> Shaped:
    """What one mapping makes of a folder; SourceError when it does not fit or too many rows are bad."""
    said = read_mapping(mapping)
    inputs = {name: read_input(folder, item) for name, item in said.named_inputs().items()}
    shaped = shape(mapping.name, said, inputs, hasher)
    # A row that fits no entity is one bad row, however many of its cells are wrong.
    bad = len({(row.file, row.line) for row in shaped.bad})
    if shaped.row_count and bad / shaped.row_count > said.max_bad_share:
        raise SourceError(
            f"files: {mapping.name} is refused, nothing of it was loaded: {bad} of {shaped.row_count} rows do not fit "
            f"(limit {said.max_bad_share:.1%}). {describe(shaped.bad)}."
        )
    LOG.info("%s: %d rows, %d bad", mapping.name, shaped.row_count, bad)
    return shaped


class Reading:
    """All mappings, read once for all tables."""

    def __init__(self, folder: Path, mappings: Path, hasher: Hasher) -> None:
        self._folder, self._mappings, self._hasher = folder, mappings, hasher

    @cached_property
    def _shaped(self) -> dict[str, Shaped]:
        if not self._folder.is_dir():
            raise SourceError(f"files: the input folder {self._folder} is not there: correct SOURCES__FILES__FOLDER.")
        paths = sorted(self._mappings.glob("*.y*ml"))
        return {path.name: preview(self._folder, path, self._hasher) for path in paths}

    @property
    def entities(self) -> dict[str, list[pa.Table]]:
        found: dict[str, list[pa.Table]] = {}
        for shaped in self._shaped.values():
            for name, table in shaped.tables.items():
                found.setdefault(name, []).append(table)
        return found

    @property
    def quarantine(self) -> pa.Table:
        return QUARANTINE.rows(
            [
                {"mapping": name, "file": row.file, "line": row.line, "column_name": row.column, "reason": row.reason}
                for name, shaped in self._shaped.items()
                for row in _first_per_line(shaped.bad)
            ]
        )

    @property
    def inputs(self) -> pa.Table:
        return INPUTS.rows(
            [
                {"mapping": name, "row_count": shaped.row_count, "bad_count": len(_first_per_line(shaped.bad))}
                for name, shaped in self._shaped.items()
            ]
        )


def _first_per_line(bad: list[BadRow]) -> list[BadRow]:
    return list({(row.file, row.line): row for row in reversed(bad)}.values())[::-1]


SOURCE = Source(
    name="files",
    title="Files",
    tables=TABLES,
    settings=(
        Setting("folder", "the folder with your input files"),
        Setting("mappings", "the folder with mapping files; default mappings/ in the configuration", is_required=False),
    ),
    build=lambda request: files_source(request),
    reload_days=1,
    settle_days=0,
)
