"""Replaces files that others read: whole, at one instant, surviving a power cut."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from orchestration.recovery.damage import verify


def promote(source: Path, target: Path, finish: Callable[[Path], None] = lambda _: None) -> None:
    """Makes `target` a copy of the DuckDB file `source`; readers see the old or the new file, never a part.

    `finish` may still change the copy. The caller holds the locks of both files. DamagedFileError when the copy cannot
    be read from end to end.
    """
    checkpoint_leftover(source)
    with replacing(target) as temporary:
        shutil.copyfile(source, temporary)
        finish(temporary)
        verify(temporary)  # what cannot be read must not take the place of what can


@contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """A new file beside `target` to be written; on a clean exit it takes `target`'s place, else it is removed."""
    target.parent.mkdir(parents=True, exist_ok=True)
    remove_leftovers(target)
    temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        yield temporary
        if _wal(temporary).exists():
            raise RuntimeError(f"{temporary.name} was not closed: its write-ahead log is still there")
        _sync(temporary)
        temporary.replace(target)
        _sync(target.parent)
    finally:
        temporary.unlink(missing_ok=True)
        _wal(temporary).unlink(missing_ok=True)


def checkpoint_leftover(path: Path) -> None:
    """Takes the write-ahead log that a killed writer left into the file; a copy without it would lose rows silently."""
    if not _wal(path).exists():
        return
    with duckdb.connect(str(path)) as connection:
        connection.execute("force checkpoint")


def remove_leftovers(target: Path) -> None:
    """Removes temporary files of killed runs; the caller holds the lock of `target`."""
    for leftover in target.parent.glob(f".{target.name}.*.tmp*"):
        leftover.unlink(missing_ok=True)


def _wal(path: Path) -> Path:
    return path.with_name(path.name + ".wal")


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
