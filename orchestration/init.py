"""Makes a home usable: folders, Dagster's settings, and a landing file for every source, empty where nothing landed."""

import logging
import os
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn

import duckdb

from connectors.common.errors import SourceError
from connectors.common.models import MODEL_TABLES
from connectors.common.ops import OPS_TABLES
from connectors.common.run import LOADED_WINDOWS, create_empty, dataset_name
from connectors.common.source import LoadRequest, Source
from orchestration.home import DAGSTER_POSTGRES_YAML, DAGSTER_YAML, POSTGRES_URL, Home
from orchestration.loading.promote import replacing
from orchestration.locks import writer_lock
from orchestration.recovery.damage import opens, set_aside_if_damaged, was_set_aside
from orchestration.recovery.migrations import migrate

logger = logging.getLogger("nyckeltal.run")


def _written_here(_: LoadRequest) -> NoReturn:
    raise SourceError("ops and models are written by the orchestration after the loads, not loaded")


# Written by the orchestration itself, read by the models like any source.
OPS = Source("ops", "How the sources fare", OPS_TABLES, (), _written_here, reload_days=0, settle_days=0)
MODELS = Source("models", "Fitted to own data", MODEL_TABLES, (), _written_here, reload_days=0, settle_days=0)
OWN = {OPS.name: OPS, MODELS.name: MODELS}


def initialise(home: Home, sources: Mapping[str, Source]) -> list[str]:
    """Makes what is missing; the names of the sources whose landing file was made or widened. Safe to repeat.

    Raises NewerHomeError.
    """
    for done in migrate(home):
        logger.info("migrated: %s", done)
    home.make()
    use_dagster_home(home)
    return [name for name, source in {**sources, **OWN}.items() if ensure_landing(home, source)]


def use_dagster_home(home: Home) -> None:
    """Dagster keeps its runs below the home, unless DAGSTER_HOME says otherwise.

    Without settings it would send telemetry, so a folder that has none gets ours; another's own settings stay.
    """
    is_ours = "DAGSTER_HOME" not in os.environ
    place = Path(os.environ.setdefault("DAGSTER_HOME", str(home.dagster)))
    place.mkdir(parents=True, exist_ok=True)
    if is_ours or not (place / DAGSTER_YAML.name).exists():
        settings = DAGSTER_POSTGRES_YAML if os.environ.get(POSTGRES_URL) else DAGSTER_YAML
        shutil.copyfile(settings, place / DAGSTER_YAML.name)
    if url := os.environ.get(POSTGRES_URL):
        # Dagster speaks to this driver alone; without its name SQLAlchemy takes another one.
        os.environ[POSTGRES_URL] = re.sub(r"^postgres(ql)?://", "postgresql+psycopg2://", url)


def ensure_landing(home: Home, source: Source) -> bool:
    """A landing file with every declared table and column: one missing file stops even `dbt compile`.

    A table or column that a newer version declares is added empty, in a copy that replaces the file.
    """
    target = home.landing(source.name)
    if source.name in OWN:
        if not opens(target):
            set_aside_if_damaged(target, f"init {source.name}", "the next run writes it anew")
    elif was_set_aside(target) or not opens(target):
        return False  # left to its load: an empty file would pass for a company without data
    if target.exists() and not _lacks(target, source):
        return False
    with writer_lock(target, f"init {source.name}"), replacing(target) as temporary:
        if target.exists():
            shutil.copyfile(target, temporary)
        complete(source, temporary)
    return True


def complete(source: Source, path: Path) -> None:
    """Adds what is declared and missing to a DuckDB file that nobody reads yet."""
    create_empty(source, path)
    with duckdb.connect(str(path)) as connection:
        for table, column, kind in _missing_columns(connection, source):
            connection.execute(f"alter table {dataset_name(source)}.{table} add column {column} {kind}")


def _lacks(path: Path, source: Source) -> bool:
    """Whether the file lacks a declared table or column."""
    with duckdb.connect(str(path), read_only=True) as connection:
        return bool(_missing_columns(connection, source))


def _missing_columns(connection: duckdb.DuckDBPyConnection, source: Source) -> list[tuple[str, str, str]]:
    """Table, column and DuckDB type of what is declared and not there."""
    there = set(
        connection.execute(
            "select table_name, column_name from duckdb_columns() where database_name = current_database() "
            "and schema_name = ?",
            [dataset_name(source)],
        ).fetchall()
    )
    missing = []
    for table in (*source.tables, LOADED_WINDOWS):
        declared = table.schema.empty_table()
        kinds = connection.execute("describe select * from declared").fetchall()
        missing += [(table.name, kind[0], kind[1]) for kind in kinds if (table.name, kind[0]) not in there]
        del declared
    return missing
