"""What connector tests share: a vendor that answers in-process, a state file, no waiting between tries."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import duckdb
import pytest
import requests
from requests.adapters import BaseAdapter

from connectors.common import http
from connectors.common.privacy import Hasher
from connectors.common.run import LoadResult, load, plan_load
from connectors.common.source import Source
from sandbox.adapter import BASE_URL, SandboxAdapter
from sandbox.server import Sandbox
from sandbox.world import World, build_world

AS_OF = datetime(2026, 3, 18, 5, 30, tzinfo=UTC)
HISTORY_START = date(2024, 3, 1)
URL = "https://vendor.test"


@dataclass(frozen=True)
class Call:
    """One request as the vendor sees it; `path` without the query."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Answer:
    """`body`: bytes as they are, or anything that becomes JSON."""

    body: Any = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


class FakeApi(BaseAdapter):
    """Answers every call under `URL` by `handler`; keeps the calls."""

    def __init__(self) -> None:
        super().__init__()
        self.url = URL
        self.calls: list[Call] = []
        self.handler: Callable[[Call], Answer] = lambda _: Answer(status=404)

    def send(self, request: requests.PreparedRequest, *_: object, **__: object) -> requests.Response:
        parts = urlsplit(request.url or "")
        body = request.body or b""
        call = Call(
            request.method or "",
            str(parts.path),
            parse_qs(str(parts.query), keep_blank_values=True),
            dict(request.headers),
            body.encode() if isinstance(body, str) else bytes(body),  # type: ignore[arg-type]
        )
        self.calls.append(call)
        answer = self.handler(call)
        response = requests.Response()
        response.status_code = answer.status
        response._content = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
        response.headers.update(answer.headers)
        response.request = request
        return response

    def close(self) -> None:
        return None


@pytest.fixture
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tries follow each other at once."""
    monkeypatch.setattr(http.ApiClient, "_pause", lambda *_: None)


@pytest.fixture
def fake_api(monkeypatch: pytest.MonkeyPatch, no_waiting: None) -> FakeApi:
    """A vendor under `fake_api.url`, without waits between tries."""
    api = FakeApi()
    monkeypatch.setitem(http._ADAPTERS, URL, api)
    return api


@pytest.fixture
def hasher() -> Hasher:
    return Hasher(b"test-key")


@dataclass
class Landing:
    """A source's private file."""

    path: Path
    hasher: Hasher

    def refresh(self, source: Source, as_of: datetime = AS_OF, **bounds: date) -> LoadResult:
        """Plans and loads as the product does; the last day is the one before `as_of`."""
        last_day = as_of.date() - timedelta(days=1)
        date_from, date_to = bounds.get("date_from"), bounds.get("date_to")
        plan = plan_load(source, self.path, as_of, last_day, HISTORY_START, date_from, date_to)
        return load(source, self.path, plan, as_of, self.hasher)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.path), read_only=True) as connection:
            connection.execute("set timezone = 'UTC'")
            return connection.execute(sql).fetchall()


@pytest.fixture
def landing(tmp_path: Path, hasher: Hasher) -> Landing:
    return Landing(tmp_path / "state" / "source.duckdb", hasher)


@pytest.fixture(scope="session")
def small_world() -> World:
    """Three months of the small company."""
    return build_world("small", 3, 7, AS_OF)


def serve(world: World, patch: pytest.MonkeyPatch) -> Sandbox:
    """All vendors over a world, in process; connectors find them by their settings as long as the patch lasts."""
    served = Sandbox(world, AS_OF, BASE_URL)
    patch.setitem(http._ADAPTERS, BASE_URL, SandboxAdapter(served))
    for name, value in served.environment().items():
        patch.setenv(name, value)
    return served


@pytest.fixture
def sandbox(small_world: World, monkeypatch: pytest.MonkeyPatch, no_waiting: None) -> Sandbox:
    """All vendors over the small world."""
    return serve(small_world, monkeypatch)
