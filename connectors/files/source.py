"""Files as a source: every mapping of the configuration, read anew each time; what a file no longer says is gone."""

import logging
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
from connectors.config.company import config_folder
from connectors.files.mapping import Mapping, read_mapping
from connectors.files.read import BadRow, read_input
from connectors.files.shape import Shaped, shape
from connectors.files.tables import INPUTS, LANDED, QUARANTINE, TABLES

LOG = logging.getLogger("nyckeltal.files")
SHOWN = 3  # bad rows named in an error; the quarantine holds them all


@dlt.source(name="files", section="files", max_table_nesting=0)
def files_source(
    request: LoadRequest, folder: str | None = dlt.config.value, mappings: str = ""
) -> Iterable[DltResource]:
    """All canonical entities that files give, the rows that did not fit, and what was read.

    SourceError when a mapping is wrong or a file is refused: then nothing changes, the rows of the last load stay.
    """
    reading = Reading(Path(folder or "."), Path(mappings) if mappings else default_mappings(), request.hasher)
    for name, table in LANDED.items():
        yield resource(table, lambda name=name: reading.entities.get(name, []))
    yield resource(QUARANTINE, lambda: [reading.quarantine])
    yield resource(INPUTS, lambda: [reading.inputs])


def default_mappings() -> Path:
    """`mappings/` in the configuration folder."""
    return config_folder() / "mappings"


def mapping_files(folder: Path) -> list[Path]:
    """All mappings of a folder, by name."""
    return sorted(path for path in folder.glob("*") if path.suffix in (".yml", ".yaml"))


def check_settings() -> None:
    """SourceError when the input folder is not there, no mapping says what its files mean, or one cannot be read."""
    _require_folder(Path(dlt.config.get("sources.files.folder", str) or "."))
    mappings = Path(dlt.config.get("sources.files.mappings", str) or default_mappings())
    found = mapping_files(mappings)
    if not found:
        raise SourceError(
            f"files: {mappings} holds no mapping, so nothing is loaded: `nyckeltal files FOLDER --suggest` drafts one."
        )
    for path in found:
        read_mapping(path)


def _require_folder(folder: Path) -> None:
    if not folder.is_dir():
        raise SourceError("files: the input folder is not there: correct SOURCES__FILES__FOLDER.")


def preview(folder: Path, mapping: Path, hasher: Hasher) -> Shaped:
    """What one mapping makes of a folder; SourceError when it does not fit or too many rows of a file are bad."""
    said = read_mapping(mapping)
    inputs = {name: read_input(folder, item) for name, item in said.named_inputs().items()}
    shaped = shape(mapping.name, said, inputs, hasher)
    shaped.bad = _first_per_line(shaped.bad)
    _refuse_bad_files(mapping.name, said, shaped)
    LOG.info("%s: %d rows, %d bad", mapping.name, sum(shaped.row_counts.values()), len(shaped.bad))
    return shaped


def _first_per_line(bad: list[BadRow]) -> list[BadRow]:
    """A row is bad once, however many of its cells are wrong and entities it would have fed."""
    return list({(row.file, row.line): row for row in reversed(bad)}.values())[::-1]


def _refuse_bad_files(name: str, said: Mapping, shaped: Shaped) -> None:
    for file, count in sorted(shaped.row_counts.items()):
        bad = [row for row in shaped.bad if row.file == file]
        if len(bad) > said.max_bad_share * count:
            words = "; ".join(
                f"line {row.line}: {f'`{row.column}` ' * bool(row.column)}{row.reason}" for row in bad[:SHOWN]
            )
            raise SourceError(
                f"files: {file} is refused by {name}, nothing was loaded: {len(bad)} of {count} rows do not fit "
                f"(limit {said.max_bad_share:.1%}), {words}{' …' * (len(bad) > SHOWN)}. "
                "Mend the file, or the mapping, or raise `max_bad_share`."
            )


class Reading:
    """All mappings, read once for all tables."""

    def __init__(self, folder: Path, mappings: Path, hasher: Hasher) -> None:
        self._folder, self._mappings, self._hasher = folder, mappings, hasher

    @cached_property
    def _shaped(self) -> dict[str, Shaped]:
        _require_folder(self._folder)
        return {path.name: preview(self._folder, path, self._hasher) for path in mapping_files(self._mappings)}

    @cached_property
    def entities(self) -> dict[str, list[pa.Table]]:
        """Rows by entity, unique by its key over all mappings."""
        found: dict[str, list[pa.Table]] = {}
        for shaped in self._shaped.values():
            for name, tables in shaped.tables.items():
                found.setdefault(name, []).extend(tables)
        for name, tables in found.items():
            keys = pa.concat_tables(tables).select(list(LANDED[name].primary_key))
            if len(tables) > 1 and keys.group_by(keys.column_names).aggregate([]).num_rows < keys.num_rows:
                feeding = [mapping for mapping, shaped in self._shaped.items() if name in shaped.tables]
                raise SourceError(
                    f"files: {name} has rows with one key ({', '.join(keys.column_names)}) from several places in "
                    f"{' and '.join(feeding)}: they would count twice; make the keys differ."
                )
        return found

    @property
    def quarantine(self) -> pa.Table:
        return QUARANTINE.rows(
            [
                {"mapping": name, "file": row.file, "line": row.line, "column_name": row.column, "reason": row.reason}
                for name, shaped in self._shaped.items()
                for row in shaped.bad
            ]
        )

    @property
    def inputs(self) -> pa.Table:
        return INPUTS.rows(
            [
                {
                    "mapping": name,
                    "file": file,
                    "row_count": count,
                    "bad_count": sum(row.file == file for row in shaped.bad),
                }
                for name, shaped in self._shaped.items()
                for file, count in shaped.row_counts.items()
            ]
        )


SOURCE = Source(
    name="files",
    title="Files",
    tables=TABLES,
    settings=(
        Setting("folder", "the folder with your input files"),
        Setting("mappings", "the folder with mapping files; default mappings/ in the configuration", is_required=False),
    ),
    build=lambda request: files_source(request),
    check=check_settings,
    reload_days=1,
    settle_days=0,
)
