"""A vendor's pages, recorded once and then served from files: rendering costs nothing while something is measured.

A recording is a folder: what it is about, the connector's settings, the requests in order, and a file per answer.
`python -m benchmarks.landing.pages FOLDER` serves it and prints its address.
"""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import cached_property
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, cast

from benchmarks.part import ROOT

HERE = "{url}"  # stands in a recording for the address that serves it


@dataclass(frozen=True)
class About:
    """Whose pages they are, and the history that the connector was asked for."""

    source: str
    first_day: str
    as_of: str


@dataclass(frozen=True)
class Exchange:
    """A request as the connector made it, and the file with the answer's body."""

    method: str
    target: str  # path and query
    body: str
    answer: str
    content_type: str

    @property
    def key(self) -> tuple[str, str, str]:
        return self.method, self.target, self.body


@dataclass(frozen=True)
class Recording:
    """Pages of one source over one company."""

    folder: Path

    @property
    def is_there(self) -> bool:
        return (self.folder / "recording.json").exists()

    @cached_property
    def about(self) -> About:
        return About(**self._content["about"])

    @cached_property
    def exchanges(self) -> list[Exchange]:
        """In the order of the requests; one that was made twice stands there twice."""
        return [Exchange(**item) for item in self._content["exchanges"]]

    def environment(self, url: str) -> dict[str, str]:
        """The connector's settings when the pages are served at `url`."""
        return {name: value.replace(HERE, url) for name, value in self._content["environment"].items()}

    def body(self, exchange: Exchange) -> Path:
        return self.folder / exchange.answer

    def write(self, about: About, exchanges: Sequence[Exchange], environment: dict[str, str], url: str) -> None:
        """`url`: where the answers came from."""
        content = {
            "about": asdict(about),
            "environment": {name: value.replace(url, HERE) for name, value in environment.items()},
            "exchanges": [asdict(item) for item in exchanges],
        }
        (self.folder / "recording.json").write_text(json.dumps(content), "utf-8")

    @cached_property
    def _content(self) -> dict[str, Any]:
        return json.loads((self.folder / "recording.json").read_text("utf-8"))


@contextmanager
def served(recording: Recording) -> Iterator[str]:
    """The address at which a process of its own serves the recording."""
    command = [sys.executable, "-m", "benchmarks.landing.pages", str(recording.folder)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        try:
            yield cast(Any, server.stdout).readline().strip()
        finally:
            server.terminate()


class _Pages(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, recording: Recording) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.recording = recording
        self.by_key = {item.key: item for item in recording.exchanges}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def _answer(self) -> None:
        pages = cast(_Pages, self.server)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        exchange = pages.by_key.get((self.command, self.path, body))
        if exchange is None:
            self.send_error(404, "not recorded")
            return
        with pages.recording.body(exchange).open("rb") as file:
            self.send_response(200)
            self.send_header("Content-Type", exchange.content_type)
            self.send_header("Content-Length", str(pages.recording.body(exchange).stat().st_size))
            self.end_headers()
            self.wfile.flush()
            self.connection.sendfile(file)

    do_GET = do_POST = _answer  # noqa: N815

    def log_message(self, format: str, *args: Any) -> None:
        """Silent: the benchmark's own lines are what is to be read."""


if __name__ == "__main__":
    pages = _Pages(Recording(Path(sys.argv[1])))
    print(f"http://127.0.0.1:{pages.server_port}", flush=True)
    pages.serve_forever()
