"""The companies that are killed: the sandbox's small one over HTTP, and the toy of the orchestration's tests.

`Setting` says how a process becomes one that refreshes the company in a folder; it is called in a forked process.
"""

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from connectors.common.source import Source
from tests.orchestration import conftest as toys
from tests.orchestration.toy import SOURCES as TOYS
from tests.orchestration.toy import TINY

FIRST = datetime(2026, 3, 17, 5, 30, tzinfo=UTC)
NEXT = datetime(2026, 3, 18, 5, 30, tzinfo=UTC)
MONTHS, SEED = 2, 7
# Each way of reloading is among them: whole files, days with tombstones, a cursor with lines of orders, what is told
# only as of now. The others are not configured, which is an empty table; a round with all of them takes twice as long.
SMALL_SOURCES = ("config", "google_analytics", "meta_organic", "shopify")


@dataclass(frozen=True)
class Setting:
    """`prepare(folder, as_of)` makes this process one whose working folder and environment are the company's."""

    sources: Mapping[str, Source]
    project: Path
    prepare: Callable[[Path, datetime], None]


def toy() -> Setting:
    """Two toy vendors; a day later days are restated, an order has changed, a row has vanished."""

    def prepare(folder: Path, as_of: datetime) -> None:
        toys.prepare(folder)
        held: dict[str, Any] = toys.vendors()
        if as_of == NEXT:
            held["web"] = [row for row in held["web"] if (row["date"], row["channel"]) != ("2026-03-15", "email")]
            held["web"][-20]["sessions"] = 7
            held["shop"][70]["amount"] = 999
        (folder / "vendors.json").write_text(json.dumps(held), "utf-8")

    return Setting(TOYS, TINY, prepare)


def small(work: Path) -> Setting:
    """Two months of the small company; its vendors answer from a process of their own while this one lives."""
    import connectors
    from orchestration.home import DBT_PROJECT
    from sandbox.inputs import write_config
    from sandbox.world import build_world

    world = build_world("small", MONTHS, SEED, NEXT)
    vendors = {as_of: _serve(world, as_of) for as_of in (FIRST, NEXT)}
    for as_of in vendors:
        write_config(world, work / f"config-{as_of:%Y-%m-%d}", as_of)

    def prepare(folder: Path, as_of: datetime) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        os.chdir(folder)
        os.environ.update(
            vendors[as_of],
            NYCKELTAL_HOME=str(folder / "home"),
            NYCKELTAL_CONFIG=str(work / f"config-{as_of:%Y-%m-%d}"),
            DAGSTER_HOME=str(folder / "home" / "dagster"),
        )

    return Setting(connectors.sources(), DBT_PROJECT, prepare)


def _serve(world: Any, as_of: datetime) -> dict[str, str]:
    """Settings of the connectors; the vendors answer from a forked process until this one has ended."""
    from sandbox.server import SandboxServer

    (told, tell), (end, alive) = os.pipe(), os.pipe()
    if os.fork() == 0:
        os.close(alive)
        with SandboxServer(world, as_of) as server, os.fdopen(tell, "w") as out:
            json.dump(server.environment(), out)
            out.close()
            os.read(end, 1)  # the other end closes when the last process that has it is gone
        os._exit(0)
    os.close(tell)
    os.close(end)
    with os.fdopen(told) as answer:
        found = json.load(answer)
    return {name: value for name, value in found.items() if name.split("__")[1].lower() in SMALL_SOURCES}
