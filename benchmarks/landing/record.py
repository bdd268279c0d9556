"""Writes down a vendor's pages while the connector loads them once."""

import os
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.landing.ours import first_load
from benchmarks.landing.pages import About, Exchange, Recording
from benchmarks.part import Timed, timed
from connectors import source as connector
from sandbox.server import Response, SandboxServer
from sandbox.world import build_world

SEED = 7


class Recorder(SandboxServer):
    """A sandbox that writes down what it is asked and what it answers."""

    def __init__(self, folder: Path, *arguments: Any) -> None:
        super().__init__(*arguments, cache_bytes=0)
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self.exchanges: list[Exchange] = []

    def dispatch(self, method: str, target: str, headers: Any, body: bytes) -> Response:
        response = super().dispatch(method, target, headers, body)
        file = f"{len(self.exchanges):06d}.body"
        (self._folder / file).write_bytes(response.body)
        kind = response.headers.get("Content-Type", "application/json")
        self.exchanges.append(Exchange(method, target, body.decode(), file, kind))
        return response


def record(folder: str, source: str, size: str, months: int, as_of: str) -> Timed:
    """Simulates a company and lets the connector load its history once."""
    instant, recording = datetime.fromisoformat(as_of), Recording(Path(folder))
    world = build_world(size, months, SEED, instant)
    with TemporaryDirectory() as scratch, Recorder(recording.folder, world, instant) as server, timed() as found:
        os.environ.update(server.environment())
        first_day = world.history_start.isoformat()
        found.counts = first_load(connector(source), Path(scratch), first_day, as_of)
        recording.write(About(source, first_day, as_of), server.exchanges, server.environment(), server.base_url)
    return found
