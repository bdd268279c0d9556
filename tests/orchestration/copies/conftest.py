"""A small published file, and the project that describes its tables."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from connectors.config.bi import Postgres
from orchestration.building.manifest import Project
from orchestration.copies.marts import Copied
from orchestration.copies.postgres import copy_to_postgres
from orchestration.copies.postgres_trouble import URL
from orchestration.home import DBT_PROJECT
from tests.orchestration.copies.published import write_marts


@pytest.fixture(scope="session")
def project() -> Project:
    return Project.open(DBT_PROJECT)


@pytest.fixture
def marts(tmp_path: Path) -> Path:
    """The file of the publish of 1."""
    file = tmp_path / "marts.duckdb"
    write_marts(file, 1)
    return file


@pytest.fixture
def copy(marts: Path, project: Project, database: str, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Copied]:
    """Copies the file to the test's database."""
    monkeypatch.setenv(URL, database)
    return lambda: copy_to_postgres(marts, project, Postgres())


@pytest.fixture
def ask(database: str) -> Callable[[str], list[tuple[Any, ...]]]:
    """Asks the test's database."""

    def rows(statement: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(database, autocommit=True) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    return rows
