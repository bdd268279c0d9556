"""The command line in processes of their own, forked from a warm one: imports are 10 s of each refresh."""

import multiprocessing
import os
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

# What a refresh imports. None of it reads settings or opens a database before it is called.
WARM = (
    "dagster_dbt",
    "dbt.adapters.duckdb.connections",
    "dbt.cli.main",
    "orchestration.cli.board",
    "orchestration.cli.refresh",
    "orchestration.definitions",
    "orchestration.quality.landing",
    "orchestration.quality.marts",
)


@dataclass(frozen=True)
class Ran:
    """A command that ended."""

    code: int | None
    out: str
    err: str
    seconds: float


class CommandLine:
    """Runs `nyckeltal …` in a working folder, in exactly this environment."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self._folder, self._environment = folder, dict(environment)
        self._processes = multiprocessing.get_context("forkserver")
        self._processes.set_forkserver_preload([__name__, *WARM])

    def run(self, *arguments: str) -> Ran:
        out, err = (self._folder.with_name(f"{self._folder.name}.{name}") for name in ("out", "err"))
        process = self._processes.Process(
            target=_command, args=(arguments, self._folder, self._environment, out, err), daemon=True
        )
        started = time.monotonic()
        process.start()
        process.join()
        seconds = time.monotonic() - started
        return Ran(process.exitcode, out.read_text("utf-8"), err.read_text("utf-8"), seconds)


def _command(arguments: tuple[str, ...], folder: Path, environment: dict[str, str], out: Path, err: Path) -> None:
    """In the forked process: what the installed script does."""
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    for number, path in ((1, out), (2, err)):
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(handle, number)
        os.close(handle)
    sys.argv = ["nyckeltal", *arguments]
    from orchestration.cli import main

    main()


# A program has a file; DuckDB takes a process without one for a notebook and draws progress bars.
if not hasattr(sys.modules["__main__"], "__file__"):
    sys.modules["__main__"].__file__ = __file__
