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

import yaml

from sandbox.inputs import write_config
from sandbox.server import SandboxServer
from sandbox.world import World
from tests.everything.commands import CommandLine, Forked, Ran
from tests.goal_comparison import RECORDS

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
        """The vendors move to the instant, forget what they had mislaid, and are asked; armed faults stay armed.

        What people enter and export by hand is that of the instant, too.
        """
        self.server.as_of = as_of
        write_config(self.world, self.work / "config", as_of)
        goals = yaml.safe_dump({"goals": RECORDS}, allow_unicode=True)  # those that the oracle knows
        (self.work / "config" / "goals.yml").write_text(goals, "utf-8")
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
    with SandboxServer(world, as_of) as server:
        _write_secrets(server.environment() | {"SOURCES__FILES__FOLDER": "config/files"}, work / SECRETS)
        environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "PYTHONPATH": str(ROOT)}
        yield Company(world, server, folder, command_line(work, environment))


def _write_secrets(settings: Mapping[str, str], file: Path) -> None:
    """Everything that `.env.example` names may stand there, secret or not."""
    sections: dict[str, list[str]] = {}
    for name, value in settings.items():
        _, source, setting = name.lower().split("__", 2)
        sections.setdefault(source, []).append(f"{setting} = {json.dumps(value)}")
    file.parent.mkdir(parents=True)
    text = "\n".join("\n".join([f"[sources.{source}]", *lines]) for source, lines in sections.items())
    file.write_text(f"{text}\n", "utf-8")
