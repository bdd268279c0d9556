"""The vendors behind one door: dispatch, faults and a cache of rendered answers, served over HTTP on this machine.

`Sandbox` does the work and knows no socket; `SandboxServer` puts it behind a port, `sandbox.adapter` behind `requests`.
Vendor X is mounted under `/X/…` and sees the path without that prefix.
"""

import socket
import threading
import traceback
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, ClassVar, Literal, Protocol, Self, cast
from urllib.parse import parse_qs, unquote, urlsplit

from sandbox.faults import Faults
from sandbox.world.model import World

CACHE_BYTES = 512 * 1024 * 1024
# Headers that no answer depends on, and that differ between clients.
_TRANSPORT_HEADERS = {"host", "user-agent", "content-length", "connection", "accept-encoding"}


@dataclass(frozen=True)
class Request:
    """What a vendor is asked. `path` is decoded and without the vendor's prefix."""

    method: str
    path: str
    query: dict[str, list[str]] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True)
class Response:
    """What a vendor answers. `breaks`: the connection is closed before the answer, or midway through the body."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    breaks: Literal["", "before", "midway"] = ""


class Vendor(Protocol):
    """A vendor's API over the truth as of one instant.

    `credentials`: setting name → the value that this vendor accepts, `{url}` in it the vendor's address. `page_size`:
    rows of its largest page, where it pages. A `fault` of None does not fit this request: it is answered as usual and
    the fault waits for the next.
    """

    credentials: ClassVar[dict[str, str]]

    def __init__(self, world: World, as_of: datetime, base_url: str) -> None: ...

    def handle(self, request: Request) -> Response: ...

    def fault(self, kind: str, request: Request, **arguments: Any) -> Response | None: ...


class Sandbox:
    """All vendors over one world. `requests` logs (source, method, path) of every call."""

    def __init__(
        self,
        world: World,
        as_of: datetime,
        base_url: str,
        vendors: Mapping[str, type[Vendor]] | None = None,
        cache_bytes: int = CACHE_BYTES,
    ) -> None:
        """`vendors`: classes by name; None = all that there are."""
        from sandbox.vendors import vendor_classes  # the vendors themselves import Request and Response from here

        self.world = world
        self.base_url = base_url
        self.faults = Faults()
        self.requests: list[tuple[str, str, str]] = []
        self._classes = dict(vendor_classes() if vendors is None else vendors)
        self._locks = {name: threading.Lock() for name in self._classes}
        self._cache = _Cache(cache_bytes)
        self._as_of = as_of
        self._built: dict[str, Vendor] = {}
        self._faulted: set[str] = set()

    @property
    def as_of(self) -> datetime:
        return self._as_of

    @as_of.setter
    def as_of(self, instant: datetime) -> None:
        """From now on the vendors know what had happened by `instant`; each is rebuilt when it is next asked."""
        self._as_of = instant
        self._built.clear()
        self._cache.clear()

    def url(self, source: str) -> str:
        return f"{self.base_url}/{source}"

    def environment(self) -> dict[str, str]:
        """The settings with which connectors find the vendors and are let in."""
        found = {}
        for name, kind in self._classes.items():
            # A vendor's token endpoint stands under the vendor's own address here.
            settings = {
                "base_url": self.url(name),
                **{setting: value.replace("{url}", self.url(name)) for setting, value in kind.credentials.items()},
            }
            found |= {f"SOURCES__{name.upper()}__{setting.upper()}": value for setting, value in settings.items()}
        return found

    def dispatch(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Response:
        """The answer to a request line's target, prefix and query included."""
        parts = urlsplit(target)
        source, _, rest = unquote(parts.path).lstrip("/").partition("/")
        if source not in self._classes:
            return Response(404, f"the sandbox has no vendor {source!r}".encode(), {"Content-Type": "text/plain"})
        query = parse_qs(parts.query, keep_blank_values=True)
        request = Request(method, f"/{rest}", query, dict(headers), body)
        with self._locks[source]:
            self.requests.append((source, method, request.path))
            return self._faulty(source, request) or self._cached(source, request, target)

    def _vendor(self, source: str) -> Vendor:
        if source not in self._built:
            self._built[source] = self._classes[source](self.world, self._as_of, self.url(source))
        return self._built[source]

    def _faulty(self, source: str, request: Request) -> Response | None:
        fault = self.faults.armed(source, request.path)
        if fault is None:
            return None
        vendor = self._vendor(source)
        if fault.kind == "down":
            response = Response(503, breaks="before")
        elif fault.kind == "truncated":
            good = vendor.handle(request)
            response = Response(good.status, good.body, good.headers, breaks="midway")
        elif fault.kind == "not_json":
            page = b"<!doctype html><html><body><h1>We will be right back</h1></body></html>"
            response = Response(200, page, {"Content-Type": "text/html; charset=utf-8"})
        else:
            # Such a fault may change what the vendor answers later (a row that moves): nothing of it is kept.
            self._faulted.add(source)
            response = vendor.fault(fault.kind, request, **fault.arguments)
        if response is not None:
            fault.use()
        return response

    def _cached(self, source: str, request: Request, target: str) -> Response:
        if source in self._faulted:
            return self._vendor(source).handle(request)
        told = frozenset(
            (name.lower(), value) for name, value in request.headers.items() if name.lower() not in _TRANSPORT_HEADERS
        )
        key = (source, request.method, target, told, request.body)
        response = self._cache.get(key)
        if response is None:
            response = self._vendor(source).handle(request)
            if response.status == 200:
                self._cache.put(key, response)
        return response


class _Cache:
    """Answers by request, the least lately used ones dropped beyond a number of bytes."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._size = 0
        self._answers: OrderedDict[Any, Response] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Any) -> Response | None:
        with self._lock:
            if key in self._answers:
                self._answers.move_to_end(key)
            return self._answers.get(key)

    def put(self, key: Any, response: Response) -> None:
        with self._lock:
            self._answers[key] = response
            self._size += len(response.body)
            while self._size > self._limit:
                self._size -= len(self._answers.popitem(last=False)[1].body)

    def clear(self) -> None:
        with self._lock:
            self._answers.clear()
            self._size = 0


class SandboxServer(Sandbox):
    """A sandbox on 127.0.0.1: serves between `with` and its end; port 0 takes a free one."""

    def __init__(
        self,
        world: World,
        as_of: datetime,
        vendors: Mapping[str, type[Vendor]] | None = None,
        port: int = 0,
        cache_bytes: int = CACHE_BYTES,
    ) -> None:
        self._http = _Http(("127.0.0.1", port), _Handler)
        super().__init__(world, as_of, f"http://127.0.0.1:{self._http.server_port}", vendors, cache_bytes)
        self._http.sandbox = self

    def __enter__(self) -> Self:
        threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.shutdown()
        self._http.server_close()


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    sandbox: Sandbox


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Header and body leave in one write; without it small answers wait 40 ms for an acknowledgement.
    disable_nagle_algorithm = True
    wbufsize = -1

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        try:
            response = cast(_Http, self.server).sandbox.dispatch(
                self.command, self.path, dict(self.headers.items()), body
            )
        except Exception:  # noqa: BLE001 - a vendor's bug must show in the client's test, not kill the thread
            words = traceback.format_exc()
            self.log_error("%s", words)
            response = Response(500, words.encode(), {"Content-Type": "text/plain; charset=utf-8"})
        self.close_connection = self.close_connection or response.breaks != ""
        if response.breaks == "before":
            self._hang_up()
            return
        self.send_response(response.status)
        for name, value in response.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(response.body)))
        self.end_headers()
        if self.command != "HEAD":
            half = len(response.body) // 2
            self.wfile.write(response.body[:half] if response.breaks == "midway" else response.body)
        self.wfile.flush()

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = _answer  # noqa: N815

    def _hang_up(self) -> None:
        self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, format: str, *args: Any) -> None:
        """Calls are logged in `Sandbox.requests`."""
