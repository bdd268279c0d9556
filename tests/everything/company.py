"""A simulated company as its owner runs it: a working folder with credentials and configuration, and the command line.

Nothing is set in the environment: the home is `data`, the configuration `config`, the credentials `.dlt/secrets.toml`
of the working folder.
"""

import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb
import pandas as pd

from sandbox.inputs import write_config
from sandbox.server import SandboxServer
from sandbox.world import World
from tests.everything.commands import CommandLine, Forked, Ran

ROOT = Path(__file__).resolve().parents[2]
SECRETS = Path(".dlt/secrets.toml")


@dataclass(frozen=True)
class Company:
    """`folder` holds the working folder `work` and all that a test keeps beside it."""

    world: World
    server: SandboxServer
    folder: Path
    command_line: CommandLine

    @property
    def work(self) -> Path:
        return self.folder / "work"

    @property
    def home(self) -> Path:
        return self.work / "data"

    @property
    def marts(self) -> Path:
        return self.home / "serving" / "marts.duckdb"

    def run(self, *arguments: str) -> Ran:
        return self.command_line.run(*arguments)

    def refresh(self, as_of: datetime, cadence: str = "full") -> Ran:
        """The vendors move to the instant, forget what they had mislaid, and are asked; armed faults stay armed."""
        self.server.as_of = as_of
        return self.run("refresh", "--cadence", cadence, "--as-of", as_of.isoformat())

    def forget(self) -> None:
        """Everything that runs have made, but the credentials and the key of the hashes."""
        shutil.rmtree(self.home)

    def keep_marts(self, name: str) -> Path:
        """A copy of what is published now."""
        kept = self.folder / f"{name}.duckdb"
        shutil.copyfile(self.marts, kept)
        return kept


@contextmanager
def company(
    world: World,
    as_of: datetime,
    folder: Path,
    command_line: Callable[[Path, Mapping[str, str]], CommandLine] = Forked,
) -> Iterator[Company]:
    """Nothing is loaded yet; the vendors answer until the end of the block."""
    work = folder / "work"
    write_config(world, work / "config")
    with SandboxServer(world, as_of) as server:
        _write_secrets(server, work / SECRETS)
        environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "PYTHONPATH": str(ROOT)}
        yield Company(world, server, folder, command_line(work, environment))


def _write_secrets(server: SandboxServer, file: Path) -> None:
    """Everything that `.env.example` names may stand there, secret or not."""
    sections: dict[str, list[str]] = {}
    for name, value in server.environment().items():
        _, source, setting = name.lower().split("__", 2)
        sections.setdefault(source, []).append(f"{setting} = {json.dumps(value)}")
    file.parent.mkdir(parents=True)
    text = "\n".join("\n".join([f"[sources.{source}]", *lines]) for source, lines in sections.items())
    file.write_text(f"{text}\n", "utf-8")


def table(marts: Path, name: str) -> pd.DataFrame:
    """A published table."""
    with duckdb.connect(":memory:") as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute(f"attach '{marts}' as marts (read_only)")
        return connection.execute(f"select * from marts.{name}").df()


def tables(marts: Path) -> list[str]:
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"attach '{marts}' as marts (read_only)")
        rows = connection.execute("select table_name from duckdb_tables() where database_name = 'marts'").fetchall()
    return sorted(row[0] for row in rows)
