"""The guard that keeps the suite offline."""

import socket

import pytest


@pytest.mark.parametrize("host", ["192.0.2.1", "example.com"])
def test_a_connection_off_the_machine_is_refused(host: str) -> None:
    with pytest.raises(RuntimeError, match="a test tried to"):
        socket.create_connection((host, 80), timeout=0.2)


def test_loopback_is_open() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname(), timeout=1) as client,
    ):
        assert client.getpeername() == server.getsockname()
