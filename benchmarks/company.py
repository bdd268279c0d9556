"""A simulated company for whole refreshes: its vendors on this machine, its home and configuration in a folder."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from benchmarks.part import Timed, timed
from sandbox.inputs import write_config
from sandbox.server import SandboxServer
from sandbox.world import build_world

SEED = 7


class LandingFailedError(Exception):
    """A source that is to be measured did not load; the text says why."""


@dataclass(frozen=True)
class Company:
    """Where it is; the files stay when the vendors are gone. `server` answers as of an instant that may move."""

    server: SandboxServer
    folder: Path
    home: Path

    @property
    def environment(self) -> dict[str, str]:
        """In which the product finds vendors, home and configuration."""
        return {
            **self.server.environment(),
            "NYCKELTAL_HOME": str(self.home),
            "NYCKELTAL_CONFIG": str(self.folder / "config"),
            "DAGSTER_HOME": str(self.home / "dagster"),
        }

    @property
    def as_of(self) -> str:
        return self.server.as_of.isoformat()

    def next_day(self) -> None:
        """From now on the vendors know one day more."""
        self.server.as_of += timedelta(days=1)

    def at(self, home: Path) -> "Company":
        """The same company with another home."""
        return replace(self, home=home)


@contextmanager
def company(folder: Path, size: str, months: int, as_of: str) -> Iterator[Company]:
    """Vendors that answer until the end of the block. The truth reaches a day beyond `as_of`: `next_day` has news."""
    instant = datetime.fromisoformat(as_of)
    world = build_world(size, months, SEED, instant + timedelta(days=1))
    write_config(world, folder / "config")
    with SandboxServer(world, instant) as server:
        yield Company(server, folder, folder / "home")


def land_all(as_of: str) -> Timed:
    """In a part's process: loads, gates and promotes every source, as the steps of a refresh do."""
    from connectors import sources
    from orchestration.init import initialise
    from orchestration.loading.load import land
    from orchestration.ops import write_ops
    from orchestration.run import Run, RunSettings

    run = Run.of("landing", RunSettings(as_of=as_of))
    with timed() as found:
        initialise(run.home, sources())
        for name, source in sources().items():
            record, _ = land(run, source)
            if record.error:
                raise LandingFailedError(record.error)
            found.counts[name] = sum(record.rows.values())
            found.seconds_of[name] = record.seconds
        write_ops(run, sources())
    found.counts["rows"] = sum(found.counts.values())
    return found
