"""One kernel lock per file: who writes a file holds `<file>.lock`; the kernel frees it when the process dies."""

import fcntl
import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path


@dataclass(frozen=True)
class Holder:
    """Who has a lock: process id, what it does, since when (UTC, text)."""

    pid: int
    what: str
    since: str

    def __str__(self) -> str:
        return f"process {self.pid} ({self.what}, since {self.since})"


def _print(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


@contextmanager
def writer_lock(path: Path, what: str, tell: Callable[[str], None] = _print) -> Iterator[None]:
    """Waits until nobody else writes `path`, telling whom it waits for. Not re-entrant."""
    lock = lock_path(path)
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            tell(f"{what}: waiting for {holder(path) or 'another process'} to be done with {path.name}")
            fcntl.flock(file, fcntl.LOCK_EX)
        _write_holder(lock, Holder(os.getpid(), what, f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC"))
        # The lock goes with the file handle; the file itself stays, since removing it would let two writers in.
        yield


def lock_path(path: Path) -> Path:
    return path.with_name(path.name + ".lock")


def is_locked(path: Path) -> bool:
    """Whether somebody holds the lock of `path` at this moment."""
    lock = lock_path(path)
    if not lock.exists():
        return False
    with lock.open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def holder(path: Path) -> Holder | None:
    """Who took the lock last; None if unknown. It may have been freed since: see `is_locked`."""
    try:
        return Holder(**json.loads(lock_path(path).read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def _write_holder(lock: Path, found: Holder) -> None:
    lock.write_text(json.dumps(found.__dict__), "utf-8")
