"""`nyckeltal …` in processes of their own."""

import multiprocessing
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

LONGEST_SECONDS = 1800


@dataclass(frozen=True)
class Ran:
    """A command that ended."""

    code: int | None
    out: str
    err: str
    seconds: float


class CommandLine(Protocol):
    def run(self, *arguments: str) -> Ran: ...


@dataclass(frozen=True)
class Script:
    """The installed script, in a working folder, in this environment and no other."""

    folder: Path
    environment: Mapping[str, str]

    def run(self, *arguments: str) -> Ran:
        script = Path(sys.executable).with_name("nyckeltal")
        started = time.monotonic()
        done = subprocess.run(
            [str(script), *arguments],
            cwd=self.folder,
            env=dict(self.environment),
            capture_output=True,
            text=True,
            check=False,
            timeout=LONGEST_SECONDS,
        )
        return Ran(done.returncode, done.stdout, done.stderr, time.monotonic() - started)


class Forked:
    """The same in a process forked from a warm one: of each refresh, 10 s are imports."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self._folder, self._environment = folder, dict(environment)
        self._processes = multiprocessing.get_context("forkserver")
        self._processes.set_forkserver_preload(["tests.everything.warm", __name__])

    def run(self, *arguments: str) -> Ran:
        out, err = (self._folder.with_name(f"{self._folder.name}.{name}") for name in ("out", "err"))
        process = self._processes.Process(
            target=_command, args=(arguments, self._folder, self._environment, out, err), daemon=True
        )
        started = time.monotonic()
        process.start()
        process.join(LONGEST_SECONDS)
        seconds = time.monotonic() - started
        if process.is_alive():
            process.kill()
            raise TimeoutError(f"nyckeltal {' '.join(arguments)} did not end: {err.read_text('utf-8')[-2000:]}")
        return Ran(process.exitcode, out.read_text("utf-8"), err.read_text("utf-8"), seconds)


def _command(arguments: tuple[str, ...], folder: Path, environment: dict[str, str], out: Path, err: Path) -> None:
    """In the forked process: what the installed script does."""
    if "tests.everything.warm" not in sys.modules:
        raise RuntimeError("the process that commands are forked from was not prepared")
    os.chdir(folder)
    os.environ.update(environment)
    for number, path in ((1, out), (2, err)):
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(handle, number)
        os.close(handle)
    sys.argv = ["nyckeltal", *arguments]
    from orchestration.cli import main

    main()
