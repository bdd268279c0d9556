"""Files that cannot be read any more, and disks that cannot be written: recognised, set aside, put in one sentence."""

import logging
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from connectors.common.sql import quoted
from orchestration.locks import writer_lock

logger = logging.getLogger("nyckeltal.run")

# DuckDB's words for a file that is cut off, overwritten, or of which a block does not fit its checksum.
_DAMAGED = re.compile(r"not a valid DuckDB database|Could not read enough bytes|Corrupt database file|checksum", re.I)
_FULL = re.compile(r"No space left|disk quota|File too large|disk is full", re.I)
_READ_ONLY = re.compile(r"Permission denied|Read-only file system|Operation not permitted|readonly database", re.I)


class DamagedFileError(Exception):
    """A DuckDB file of which not every block can be read."""


def is_damage(error: BaseException) -> bool:
    """Whether an error, or what caused it, speaks of a damaged DuckDB file; which one it is, `is_damaged` tells."""
    return any(isinstance(found, DamagedFileError) or bool(_DAMAGED.search(str(found))) for found in _causes(error))


def opens(path: Path) -> bool:
    """False when a file is there and is no DuckDB file any more; a bad block within it only `is_damaged` sees."""
    try:
        _open(path)
    except duckdb.Error as error:
        if is_damage(error):
            return False
        raise
    return True


def is_damaged(path: Path) -> bool:
    """Whether a file is there of which not every block can be read; reads all of it (about a second for a GiB)."""
    try:
        verify(path)
    except DamagedFileError:
        return True
    return False


def verify(path: Path) -> None:
    """Raises DamagedFileError when not every block of a DuckDB file can be read. A missing file is no damage."""
    try:
        for table in _open(path):
            with duckdb.connect(":memory:") as connection:
                connection.execute(f"attach '{quoted(path)}' as found (read_only)")
                connection.execute(f"select max(hash(rows)) from found.{table} as rows").fetchall()
    except duckdb.Error as error:
        if is_damage(error):
            raise DamagedFileError(f"{path.name} is damaged") from error
        raise


def set_aside(path: Path, what: str, consequence: str) -> None:
    """Renames a damaged file and its log to `<name>.corrupt-<time>`, and warns. The caller holds its lock."""
    kept = path.with_name(f"{path.name}.corrupt-{datetime.now(UTC):%Y%m%dT%H%M%S}")
    path.replace(kept)
    log = path.with_name(f"{path.name}.wal")
    if log.exists():
        log.replace(kept.with_name(f"{kept.name}.wal"))
    logger.warning("%s: %s is damaged and was set aside as %s; %s", what, path.name, kept.name, consequence)


def sound_parquet(
    connection: duckdb.DuckDBPyConnection, files: Iterable[Path], what: str, consequence: str
) -> list[Path]:
    """The files that can be read from end to end; the others are set aside. The caller holds the lock of their folder.

    A full or unreadable disk is no damage of theirs, and raises.
    """
    return [file for file in files if _is_sound(connection, file, what, consequence)]


def _is_sound(connection: duckdb.DuckDBPyConnection, file: Path, what: str, consequence: str) -> bool:
    try:
        connection.execute("select count(hash(rows)) from read_parquet(?) as rows", [str(file)]).fetchall()
    except duckdb.Error as error:
        if in_words(error):
            raise
        set_aside(file, what, consequence)
        return False
    return True


def was_set_aside(path: Path) -> bool:
    """Whether the file is gone because it was damaged, and nothing has taken its place yet."""
    return not path.exists() and any(path.parent.glob(f"{path.name}.corrupt-*"))


def set_aside_if_damaged(path: Path, what: str, consequence: str) -> bool:
    """Looks at every block under the file's lock."""
    with writer_lock(path, what, logger.warning):
        if not is_damaged(path):
            return False
        set_aside(path, what, consequence)
    return True


def in_words(error: BaseException) -> str | None:
    """What is wrong with the place where files are written, and how to mend it; None when it is something else."""
    return next((words for found in _causes(error) if (words := place_in_words(str(found)))), None)


def place_in_words(said: str) -> str | None:
    """The same of an error's text."""
    if _FULL.search(said):
        return "the disk is full; the last good data are served. Free some space and run it again"
    if _READ_ONLY.search(said):
        return (
            "a file or folder below NYCKELTAL_HOME cannot be written; the last good data are served. "
            "Give this user the right to write there and run it again"
        )
    return None


def _causes(error: BaseException) -> Iterator[BaseException]:
    found: BaseException | None = error
    seen: set[int] = set()
    while found is not None and id(found) not in seen:
        seen.add(id(found))
        yield found
        found = found.__cause__ or found.__context__


def _open(path: Path) -> list[str]:
    """Schema and name of all tables; none where there is no file."""
    if not path.exists():
        return []
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"attach '{quoted(path)}' as found (read_only)")
        rows = connection.execute(
            "select schema_name, table_name from duckdb_tables() where database_name = 'found'"
        ).fetchall()
    return [f'"{schema}"."{table}"' for schema, table in rows]
