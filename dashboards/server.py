"""Pages, dbt docs and data docs on loopback; each request reads the file anew, so a rebuilt page is seen at once."""

import mimetypes
from collections.abc import Mapping
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

from orchestration.home import Home

HOST = "127.0.0.1"
# Names under which this machine alone is reached: another would be a foreign site that resolves to it.
HOSTS = ("127.0.0.1", "localhost", "[::1]")
INDEX = "index.html"


def places(home: Home) -> Mapping[str, tuple[str, Path]]:
    """Path → name and folder of what has been built."""
    known = {
        "/": ("pages", home.pages),
        "/dbt/": ("dbt docs", home.dbt / "target"),
        "/quality/": ("data quality (Great Expectations)", home.data_docs),
    }
    return {path: (name, folder) for path, (name, folder) in known.items() if (folder / INDEX).is_file()}


def server(home: Home, port: int) -> ThreadingHTTPServer:
    """Bound to loopback; port 0 takes a free one. OSError when the port is taken."""
    return ThreadingHTTPServer((HOST, port), partial(_Handler, home))


class _Handler(BaseHTTPRequestHandler):
    """Files of the places, and nothing beside them."""

    server_version = "nyckeltal"
    sys_version = ""

    def __init__(self, home: Home, *rest: object) -> None:
        self._home = home
        super().__init__(*rest)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is written down of who looked at what."""

    def _answer(self, with_body: bool) -> None:
        if self.headers.get("Host", "").rsplit(":", 1)[0] not in HOSTS:
            self.send_error(HTTPStatus.MISDIRECTED_REQUEST, "ask for 127.0.0.1")
            return
        file = self._file(unquote(urlsplit(self.path).path))
        if file is None:
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        body = file.read_bytes()
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", _kind(file))
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.end_headers()
        if with_body:
            self.wfile.write(body)

    def _file(self, path: str) -> Path | None:
        """The file of a path, if it lies in the folder of its place, links followed."""
        found = places(self._home)
        place = max((prefix for prefix in found if path.startswith(prefix)), key=len, default=None)
        if place is None or "\0" in path:
            return None
        root = found[place][1].resolve()
        file = (root / path[len(place) :].lstrip("/")).resolve()
        if file.is_dir():
            file = file / INDEX
        is_inside = file.resolve().is_relative_to(root) and not any(
            part.startswith(".") for part in file.parts[len(root.parts) :]
        )
        return file if is_inside and file.is_file() else None


def _kind(file: Path) -> str:
    kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    return f"{kind}; charset=utf-8" if kind.startswith("text/") or kind.endswith(("json", "javascript")) else kind
