"""The server's own duties, seen through a vendor that echoes: connections, faults, clocks, cache."""

import http.client
import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import urlsplit

import pytest
import requests

from sandbox.adapter import BASE_URL, SandboxAdapter
from sandbox.server import Request, Response, Sandbox, SandboxServer
from sandbox.world import World

AS_OF = datetime(2026, 3, 18, 5, 30, tzinfo=UTC)


class Echo:
    """Answers with what it was asked, and with its clock."""

    name = "echo"
    credentials: ClassVar[dict[str, str]] = {"api_key": "sandbox-key"}
    built = 0
    handled = 0

    def __init__(self, world: World, as_of: datetime, base_url: str) -> None:
        type(self).built += 1
        self.as_of, self.base_url = as_of, base_url

    def handle(self, request: Request) -> Response:
        type(self).handled += 1
        if request.path == "/bug":
            raise RuntimeError("a bug of the vendor")
        told = {"method": request.method, "path": request.path, "query": request.query, "body": request.body.decode()}
        told |= {"as_of": self.as_of.isoformat(), "base_url": self.base_url, "key": request.headers.get("X-Key")}
        return Response(200, json.dumps(told).encode(), {"Content-Type": "application/json"})

    def fault(self, kind: str, request: Request, **arguments: Any) -> Response | None:
        if kind == "vanished_day" and request.path != "/days":
            return None
        return Response(429, json.dumps({"kind": kind, **arguments}).encode(), {"Retry-After": "1"})


Both = tuple[Sandbox, requests.Session]


@pytest.fixture(params=["http", "adapter"])
def sandbox(request: pytest.FixtureRequest, world: World) -> Iterator[Both]:
    """The echo behind a socket and in process: whatever holds for one holds for the other."""
    Echo.built = Echo.handled = 0
    session = requests.Session()
    session.trust_env = False
    if request.param == "http":
        with SandboxServer(world, AS_OF, {"echo": Echo}) as server, session:
            yield server, session
    else:
        inside = Sandbox(world, AS_OF, BASE_URL, {"echo": Echo})
        session.mount(BASE_URL, SandboxAdapter(inside))
        yield inside, session


def test_a_vendor_sees_its_path_query_and_body(sandbox: Both) -> None:
    server, session = sandbox
    told = session.post(
        server.url("echo") + "/v1/a%20b:run", params={"q": ["1", "2"], "empty": ""}, data=b"hej", headers={"X-Key": "k"}
    ).json()
    assert told["path"] == "/v1/a b:run"
    assert told["query"] == {"q": ["1", "2"], "empty": [""]}
    assert (told["method"], told["body"], told["key"]) == ("POST", "hej", "k")
    assert told["base_url"] == server.url("echo")
    assert server.requests == [("echo", "POST", "/v1/a b:run")]


def test_an_unknown_vendor_is_not_found(sandbox: Both) -> None:
    server, session = sandbox
    assert session.get(server.url("nobody")).status_code == 404


def test_the_same_question_is_rendered_once_and_another_key_again(sandbox: Both) -> None:
    server, session = sandbox
    answers = [session.get(server.url("echo") + "/page", params={"p": 1}).content for _ in range(3)]
    assert Echo.handled == 1
    assert len(set(answers)) == 1
    session.get(server.url("echo") + "/page", params={"p": 2})
    session.get(server.url("echo") + "/page", params={"p": 1}, headers={"X-Key": "other"})
    assert Echo.handled == 3


def test_a_changed_clock_rebuilds_the_vendor(sandbox: Both) -> None:
    server, session = sandbox
    assert session.get(server.url("echo") + "/page").json()["as_of"] == AS_OF.isoformat()
    server.as_of = AS_OF - timedelta(days=30)
    assert session.get(server.url("echo") + "/page").json()["as_of"] == (AS_OF - timedelta(days=30)).isoformat()
    assert Echo.built == 2


def test_faults_spoil_as_many_requests_as_said_on_their_path_only(sandbox: Both) -> None:
    server, session = sandbox
    server.faults.add("echo", "throttle", times=2, path="/b", after=1)
    statuses = [session.get(server.url("echo") + path).status_code for path in ("/b", "/a", "/b", "/b", "/b")]
    assert statuses == [200, 200, 429, 429, 200]


def test_a_fault_gets_its_arguments_and_waits_for_a_request_that_it_fits(sandbox: Both) -> None:
    server, session = sandbox
    server.faults.add("echo", "vanished_day", day="2026-03-01")
    assert session.get(server.url("echo") + "/other").status_code == 200
    assert session.get(server.url("echo") + "/days").json() == {"kind": "vanished_day", "day": "2026-03-01"}
    assert session.get(server.url("echo") + "/days").status_code == 200


def test_an_unknown_fault_is_refused(sandbox: Both) -> None:
    with pytest.raises(ValueError, match="there is no fault 'thunder'"):
        sandbox[0].faults.add("echo", "thunder")


def test_a_broken_line_is_an_error_once_and_good_again(sandbox: Both) -> None:
    server, session = sandbox
    for kind in ("down", "truncated"):
        server.faults.add("echo", kind)
        with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
            session.get(server.url("echo") + "/page")
        assert session.get(server.url("echo") + "/page").status_code == 200


def test_a_page_of_html_comes_with_status_200(sandbox: Both) -> None:
    server, session = sandbox
    server.faults.add("echo", "not_json")
    response = session.get(server.url("echo") + "/page")
    assert (response.status_code, response.content[:9]) == (200, b"<!doctype")
    assert response.headers["Content-Type"].startswith("text/html")


def test_answers_after_a_vendors_fault_are_not_kept(sandbox: Both) -> None:
    server, session = sandbox
    session.get(server.url("echo") + "/page")
    server.faults.add("echo", "moving_row")
    for _ in range(3):
        session.get(server.url("echo") + "/page")
    assert Echo.handled == 3


def test_settings_name_address_and_credentials(sandbox: Both) -> None:
    server, _ = sandbox
    assert server.environment() == {
        "SOURCES__ECHO__BASE_URL": server.url("echo"),
        "SOURCES__ECHO__API_KEY": "sandbox-key",
    }


def test_the_cache_forgets_beyond_its_limit(world: World) -> None:
    Echo.handled = 0
    inside = Sandbox(world, AS_OF, BASE_URL, {"echo": Echo}, cache_bytes=600)
    for number in (1, 2, 3, 4, 5, 5, 1):
        inside.dispatch("GET", f"/echo/page/{number}", {}, b"")
    assert Echo.handled == 6


def test_a_connection_is_kept_and_a_bug_answers_500(world: World) -> None:
    with SandboxServer(world, AS_OF, {"echo": Echo}) as server:
        parts = urlsplit(server.base_url)
        line = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=5)
        line.connect()
        socket_used = line.sock
        for path, status in (("/echo/a", 200), ("/echo/bug", 500), ("/echo/b", 200)):
            line.request("GET", path)
            response = line.getresponse()
            body = response.read()
            assert response.status == status
            assert ("a bug of the vendor" in body.decode()) == (status == 500)
        assert line.sock is socket_used
        line.close()


def test_vendors_answer_at_the_same_time(world: World) -> None:
    """One vendor that is slow does not hold up another."""
    release = threading.Event()

    class Slow(Echo):
        name = "slow"

        def handle(self, request: Request) -> Response:
            assert release.wait(5)
            return super().handle(request)

    with SandboxServer(world, AS_OF, {"echo": Echo, "slow": Slow}) as server:
        waiting = threading.Thread(target=requests.get, args=(server.url("slow"),), kwargs={"timeout": 10})
        waiting.start()
        assert requests.get(server.url("echo"), timeout=2).status_code == 200
        release.set()
        waiting.join(5)
        assert not waiting.is_alive()
