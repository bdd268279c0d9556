"""The marts as Parquet files: a folder per publish, and the symbolic link `latest`, replaced in one step.

A reader that resolves the link once sees one state, whatever is published meanwhile: the folder before stays until the
next publish. One file per table: the largest holds tens of megabytes, and every reader prunes by row group.
"""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from orchestration.building.manifest import Project
from orchestration.copies.marts import Copied, Published, Table, open_published
from orchestration.locks import writer_lock

LATEST = "latest"
# `<time of the publish>-<run>`: sorted by name they are sorted by age.
_FOLDER = re.compile(r"^\d{8}T\d{6}Z-\w+$")


def copy_to_parquet(file: Path, project: Project, folder: Path) -> Copied:
    """Writes what is published into a new folder and lets `latest` point to it. OSError when it cannot be written."""
    folder.mkdir(parents=True, exist_ok=True)
    # The file is opened under the lock, so that no older run follows a newer one.
    with writer_lock(folder / LATEST, "publish parquet"), open_published(file, project) as published:
        target = folder / _name(published)
        if _latest(folder) == target.name and target.is_dir():
            return Copied(published.run_id, {}, tuple(table.name for table in published.tables))
        half = folder / f".{target.name}.tmp"
        _remove_halves(folder)
        half.mkdir()
        rows = {table.name: _write(published, table, half) for table in published.tables}
        if target.exists():
            shutil.rmtree(target)  # nothing points to it: it was published before what is now the latest
        half.rename(target)
        before = _latest(folder)
        _point(folder, target.name)
        _forget(folder, {target.name, before})
    return Copied(published.run_id, rows, ())


def keep_latest_only(folder: Path) -> None:
    """Removes the folder before the latest one, which holds people who were erased since."""
    if folder.is_dir():
        with writer_lock(folder / LATEST, "erase"):
            _forget(folder, {_latest(folder)})


def _name(published: Published) -> str:
    at = published.marts.info()["published_at"]
    return f"{at:%Y%m%dT%H%M%SZ}-{re.sub(r'[^0-9A-Za-z]', '', published.run_id)[:8]}"


def _write(published: Published, table: Table, folder: Path) -> int:
    """A table with its description, and a description by each column; the rows."""
    rows = published.rows(table)
    told = {column.name: column.description for column in table.columns}
    schema = pa.schema(
        [field.with_metadata({"description": told[field.name]}) for field in rows.schema],
        {"description": table.description, "run_id": published.run_id},
    )
    count = 0
    with pq.ParquetWriter(folder / f"{table.name}.parquet", schema, compression="zstd") as writer:
        for batch in rows:
            writer.write_batch(pa.RecordBatch.from_arrays(batch.columns, schema=schema))
            count += batch.num_rows
    return count


def _latest(folder: Path) -> str:
    """The folder that the link names; empty before the first."""
    link = folder / LATEST
    return link.readlink().name if link.is_symlink() else ""


def _point(folder: Path, name: str) -> None:
    half = folder / f".{LATEST}.tmp"
    half.unlink(missing_ok=True)
    half.symlink_to(name, target_is_directory=True)
    half.replace(folder / LATEST)


def _forget(folder: Path, kept: set[str]) -> None:
    for path in list(_folders(folder)):
        if path.name not in kept:
            shutil.rmtree(path, ignore_errors=True)


def _folders(folder: Path) -> Iterator[Path]:
    return (path for path in folder.iterdir() if path.is_dir() and not path.is_symlink() and _FOLDER.match(path.name))


def _remove_halves(folder: Path) -> None:
    """What a killed run left."""
    for path in folder.glob(".*Z-*.tmp"):
        shutil.rmtree(path, ignore_errors=True)
