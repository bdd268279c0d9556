"""`nyckeltal serve`: pages and documentation on loopback, and nothing beside them."""

import http.client
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from dashboards.server import places, server
from orchestration.home import Home


@contextmanager
def served(home: Home) -> Iterator[int]:
    with server(home, 0) as running:
        thread = threading.Thread(target=running.serve_forever, daemon=True)
        thread.start()
        yield running.server_port
        running.shutdown()
        thread.join(10)


def ask(port: int, path: str, host: str = "127.0.0.1", method: str = "GET") -> tuple[int, str, dict[str, str]]:
    """Status, body and headers; the path is sent as it is."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.putrequest(method, path, skip_host=True)
    connection.putheader("Host", f"{host}:{port}")
    connection.endheaders()
    answer = connection.getresponse()
    body = answer.read().decode("utf-8", "replace")
    connection.close()
    return answer.status, body, dict(answer.headers)


def test_a_rebuilt_page_is_seen_without_restart(made: Home) -> None:
    with served(made) as port:
        status, body, headers = ask(port, "/executive.html")
        assert (status, headers["Content-Type"]) == (200, "text/html; charset=utf-8")
        assert body == (made.pages / "executive.html").read_text("utf-8")
        assert headers["Cache-Control"] == "no-store"
        (made.pages / "executive.html").write_text("anew", "utf-8")
        assert ask(port, "/executive.html")[1] == "anew"
        assert ask(port, "/")[1] == (made.pages / "index.html").read_text("utf-8")
        assert ask(port, "/executive.html", method="HEAD")[:2] == (200, "")


def test_documentation_is_there_once_it_is_built(made: Home) -> None:
    assert list(places(made)) == ["/"]
    with served(made) as port:
        assert ask(port, "/dbt/")[0] == 404
        for folder in (made.dbt / "target", made.data_docs):
            folder.mkdir(parents=True)
            (folder / "index.html").write_text(folder.name, "utf-8")
        (made.dbt / "target" / "manifest.json").write_text("{}", "utf-8")
        assert ask(port, "/dbt/")[1] == "target"
        assert ask(port, "/dbt/manifest.json")[2]["Content-Type"].startswith("application/json")
        assert ask(port, "/quality/")[1] == "data_docs"


@pytest.mark.parametrize(
    "path",
    [
        "/../marts.duckdb",
        "/..%2fmarts.duckdb",
        "/%2e%2e/marts.duckdb",
        "/dbt/../../serving/marts.duckdb",
        "//etc/passwd",
        "/link",
        "/.hidden",
        "/a%00b",
        "/absent.html",
        "/....//marts.duckdb",
    ],
)
def test_nothing_beside_the_pages_is_given_away(made: Home, path: str) -> None:
    (made.dbt / "target").mkdir(parents=True)
    (made.dbt / "target" / "index.html").write_text("docs", "utf-8")
    (made.pages / ".hidden").write_text("hidden", "utf-8")
    (made.pages / "link").symlink_to(made.marts)
    with served(made) as port:
        status, body, _ = ask(port, path)
    assert status == 404
    assert "DUCK" not in body
    assert "hidden" not in body


def test_only_this_machine_by_its_own_names_and_only_reading(made: Home) -> None:
    with served(made) as port:
        assert ask(port, "/", host="example.org")[0] == 421
        assert ask(port, "/", host="localhost")[0] == 200
        assert ask(port, "/", method="POST")[0] == 501
