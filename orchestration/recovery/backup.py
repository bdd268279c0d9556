"""A backup of a home in one file, taken while runs go on.

Files are copied under their locks, what is built before what it is built from: a copy is never older than what was
made of it, so the first refresh after a restore finds at most something to do again. Credentials and the key of the
hashes do not lie in the home and are not in a backup.
"""

import hashlib
import json
import shutil
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from orchestration.home import Home
from orchestration.loading.promote import checkpoint_leftover, replacing
from orchestration.locks import writer_lock
from orchestration.recovery.migrations import version_of

MANIFEST = "manifest.json"
FORMAT = 1
FOLDERS = ("serving", "landing", "state", "history", "runs", "alerts", "dbt", "dagster")
FILES = ("warehouse.duckdb", "erasures.parquet", "schema_version")
# Made anew by whoever needs them.
LEFT_OUT = {".pipelines", "target", "logs", "compute_logs", ".logs_queue", ".nux", "storage", "parquet"}


class BackupError(Exception):
    """A backup that cannot be made or put back; the text says why and what to do."""


def backup(home: Home, file: Path) -> int:
    """Writes the home into `file` (packed if its name ends in .gz or .tgz); how many files. OSError when it cannot."""
    with tempfile.TemporaryDirectory(dir=file.resolve().parent, prefix=".nyckeltal-backup-") as folder:
        parts = Path(folder)
        for path in _copies(home, parts):
            path.chmod(0o600)
        files = {str(path.relative_to(parts)): _described(path) for path in sorted(parts.rglob("*")) if path.is_file()}
        if not files:
            raise BackupError(f"there is nothing in {home.root} to keep: is NYCKELTAL_HOME right?")
        manifest = {
            "format": FORMAT,
            "schema_version": version_of(home) or 0,
            "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "files": files,
        }
        (parts / MANIFEST).write_text(json.dumps(manifest, indent=1), "utf-8")
        with replacing(file.resolve()) as temporary:
            temporary.touch(mode=0o600)  # rows about people, though under keyed hashes
            is_packed = file.suffix in (".gz", ".tgz")
            with (
                tarfile.open(temporary, "w:gz", compresslevel=3)
                if is_packed
                else tarfile.open(temporary, "w") as archive
            ):
                for name in (MANIFEST, *files):
                    archive.add(parts / name, name, recursive=False)
    return len(files)


def _copies(home: Home, parts: Path) -> Iterator[Path]:
    with writer_lock(home.warehouse, "backup"), writer_lock(home.marts, "backup"):
        if home.warehouse.exists():
            checkpoint_leftover(home.warehouse)
            yield _copied(home, home.warehouse, parts)
        yield from (_copied(home, path, parts) for path in kept(home, "dbt"))
        yield from (_copied(home, path, parts) for path in kept(home, "serving"))
    for folder in ("landing", "state"):
        for path in kept(home, folder):
            if path.suffix == ".duckdb":
                with writer_lock(path, "backup"):
                    checkpoint_leftover(path)
                    yield _copied(home, path, parts)
                    # Says that a killed load left rows that no load has noted.
                    if (note := path.with_name(f".{path.name}.unfinished")).exists():
                        yield _copied(home, note, parts)
            elif path.suffix != ".unfinished":
                yield _copied(home, path, parts)
    for folder in ("history", "runs", "alerts", "dagster"):
        yield from (_copied(home, path, parts) for path in kept(home, folder))
    yield from (_copied(home, home.root / name, parts) for name in FILES[1:] if (home.root / name).exists())


def kept(home: Home, folder: str) -> list[Path]:
    """Files of a folder that belong into a backup."""
    return [
        path
        for path in sorted((home.root / folder).rglob("*"))
        if path.is_file()
        and not path.is_symlink()
        and not LEFT_OUT & set(path.relative_to(home.root / folder).parts)
        and path.suffix not in (".lock", ".wal")
        and not (path.name.startswith(".") and ".tmp" in path.name)
        and not path.name.endswith((".db-wal", ".db-shm", ".db-journal"))
    ]


def _copied(home: Home, path: Path, parts: Path) -> Path:
    target = parts / path.relative_to(home.root)
    target.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".db":
        # Dagster may write it at this moment.
        with closing(sqlite3.connect(path, timeout=60)) as source, closing(sqlite3.connect(target)) as copy:
            source.backup(copy)
    else:
        shutil.copyfile(path, target)
    return target


def _described(path: Path) -> dict[str, Any]:
    return {"sha256": digest(path), "bytes": path.stat().st_size}


def digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
