"""Puts a backup in the place of a home: whole, checked, and without who was erased since."""

import json
import os
import shutil
import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path, PurePosixPath
from typing import Any

from connectors.common.erasure import Erased
from connectors.common.source import Source
from orchestration.erasing import forget
from orchestration.home import Home
from orchestration.locks import writer_lock
from orchestration.recovery.backup import FILES, FOLDERS, FORMAT, MANIFEST, BackupError, digest, kept
from orchestration.recovery.migrations import MIGRATIONS, migrate


def restore(file: Path, home: Home, sources: Mapping[str, Source], is_forced: bool = False) -> bool:
    """Puts a backup in the place of the home; whether people were erased since, so that the marts must be built anew.

    BackupError, and the home untouched, when the file is damaged or no backup, or the home is used and not forced.
    """
    if not is_forced and is_used(home):
        raise BackupError(
            f"{home.root} holds data: restore into an empty home, or add --force to replace what is there"
        )
    home.root.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=home.root, prefix=".restore-") as folder:
        restored = Home(Path(folder))
        with _opened(file) as archive:
            _unpack(archive, restored.root)
        migrate(restored)
        erased = Erased.read(home.erasures).merge(Erased.read(restored.erasures))
        if erased.substitutes:
            erased.write(restored.erasures)
        # Before anybody can read it: who was erased after the backup was made does not come back.
        has_forgotten = bool(erased.substitutes and forget(restored, sources, erased))
        if has_forgotten:
            restored.marts.unlink(missing_ok=True)
        _put_in_place(restored, home)
    return has_forgotten


def is_used(home: Home) -> bool:
    """Whether anything was ever loaded, built or kept there; empty landing files of `init` do not count."""
    return home.marts.exists() or home.warehouse.exists() or any(kept(home, "state")) or any(kept(home, "history"))


@contextmanager
def _opened(file: Path) -> Iterator[tarfile.TarFile]:
    try:
        with tarfile.open(file, "r:*") as archive:
            yield archive
    except (tarfile.TarError, EOFError, ValueError, KeyError, OSError) as error:
        if isinstance(error, OSError) and error.errno:
            raise
        raise BackupError(f"{file} is damaged or no backup of Nyckeltal: take another one") from None


def _unpack(archive: tarfile.TarFile, folder: Path) -> None:
    """Only plain files that the manifest names, inside the folder, with the bytes that it promises."""
    manifest = json.loads(_content(archive, MANIFEST).read())
    if manifest["format"] > FORMAT or manifest["schema_version"] > len(MIGRATIONS):
        raise BackupError("this backup was made by a newer Nyckeltal: update Nyckeltal first")
    for name, promised in manifest["files"].items():
        _require_inside(name)
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        with _content(archive, name, promised["bytes"]) as content, target.open("xb") as copy:
            shutil.copyfileobj(content, copy)
        if digest(target) != promised["sha256"]:
            raise BackupError(f"{name} in the backup is not what was put into it: take another backup")


def _content(archive: tarfile.TarFile, name: str, size: int | None = None) -> Any:
    member = archive.getmember(name)
    content = archive.extractfile(member) if member.isreg() else None
    if content is None or size not in (None, member.size):
        raise BackupError(f"{name} in the backup is not what was put into it: take another backup")
    return content


def _require_inside(name: str) -> None:
    path = PurePosixPath(name)
    is_known = name in FILES or (len(path.parts) > 1 and path.parts[0] in FOLDERS)
    if path.is_absolute() or ".." in path.parts or "\\" in name or "\0" in name or not is_known:
        raise BackupError(f"the backup holds {name!r}, which is no file of a home: it was not made by Nyckeltal")


def _put_in_place(restored: Home, home: Home) -> None:
    """File by file under the locks of all; what the backup lacks goes."""
    new = {path.relative_to(restored.root) for folder in (*FOLDERS, "") for path in _all(restored.root, folder)}
    with ExitStack() as locks:
        for path in (home.warehouse, home.marts, *_databases(home, "landing"), *_databases(home, "state")):
            locks.enter_context(writer_lock(path, "restore"))
        for folder in FOLDERS:
            for path in _all(home.root, folder):
                if path.relative_to(home.root) not in new:
                    path.unlink()
        for name in FILES:
            if Path(name) not in new:
                (home.root / name).unlink(missing_ok=True)
        for relative in sorted(new):
            target = home.root / relative
            target.parent.mkdir(parents=True, exist_ok=True)
            os.replace(restored.root / relative, target)  # noqa: PTH105  both are files of one file system


def _databases(home: Home, folder: str) -> list[Path]:
    return sorted((home.root / folder).glob("*.duckdb"))


def _all(root: Path, folder: str) -> list[Path]:
    """Files of a folder and all below it (of the root itself: its own), without locks: others may hold them."""
    found = (root / folder).rglob("*") if folder else root.glob("*")
    return [path for path in found if path.is_file() and path.suffix != ".lock"]
