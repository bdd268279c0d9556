"""What every test gets: no network beyond this machine, no telemetry, a home of its own."""

import os
import socket
from pathlib import Path
from typing import Any

import pytest

from tests.resume import pytest_runtest_makereport, skip_what_passed

__all__ = ["pytest_runtest_makereport"]

# Before anything imports them: telemetry of dbt, dlt, Dagster and Great Expectations stays off.
os.environ.update(
    DO_NOT_TRACK="1",
    DBT_SEND_ANONYMOUS_USAGE_STATS="false",
    RUNTIME__DLTHUB_TELEMETRY="false",
    GX_ANALYTICS_ENABLED="false",
)

SHARED = Path(__file__).resolve().parents[2] / "shared"
LOOPBACK = ("127.", "::1", "localhost", "0.0.0.0")


# A process takes one file after the other (`make test`): a long one that starts last is waited for.
LONGEST = (
    "tests/everything/test_one_company.py",
    "tests/test_sources_and_kpis.py",
    "tests/test_oracle_equality.py",
    "tests/orchestration/test_dev.py",
    "tests/orchestration/test_refresh.py",
    "tests/test_properties.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first; what a test that can be resumed has shown is not done again."""
    skip_what_passed(items)
    items.sort(key=lambda item: not item.nodeid.startswith(LONGEST))


class NetworkBlockedError(RuntimeError):
    """A test tried to leave the machine."""


@pytest.fixture(autouse=True, scope="session")
def _only_loopback() -> Any:
    """Refuses every connection that is not to this machine."""
    connect, resolve = socket.socket.connect, socket.getaddrinfo

    def guarded_connect(self: socket.socket, address: Any) -> Any:
        if self.family != socket.AF_UNIX and not str(address[0]).startswith(LOOPBACK):
            raise NetworkBlockedError(f"a test tried to connect to {address[0]}")
        return connect(self, address)

    def guarded_resolve(host: Any, *rest: Any, **named: Any) -> Any:
        if host is not None and not str(host).startswith(LOOPBACK):
            raise NetworkBlockedError(f"a test tried to look up {host}")
        return resolve(host, *rest, **named)

    patch = pytest.MonkeyPatch()
    patch.setattr(socket.socket, "connect", guarded_connect)
    patch.setattr(socket, "getaddrinfo", guarded_resolve)
    yield
    patch.undo()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A fresh NYCKELTAL_HOME."""
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("NYCKELTAL_HOME", str(folder))
    return folder


@pytest.fixture(scope="session")
def shared() -> Path:
    """Vendor samples and real data that lie beside the checkout; tests that read them skip where they are absent."""
    if not SHARED.is_dir():
        pytest.skip("the folder ../shared (vendor samples, real data) is not here")
    return SHARED
