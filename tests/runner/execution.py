"""Runs compiled models in dependency order in one in-memory DuckDB."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from connectors import NAMES, source
from connectors.common.models import MODEL_TABLES
from connectors.common.ops import OPS_TABLES
from connectors.common.run import LOADED_WINDOWS
from tests.runner.compile import AS_OF_SENTINEL, Project, compiled

OPS = "ops"  # what the orchestration lands about the sources themselves
OWN = {OPS: OPS_TABLES, "models": MODEL_TABLES}  # and what it fits
# source → table → rows
Landing = Mapping[str, Mapping[str, pa.Table]]


def run(
    landing: Landing, as_of: datetime, select: Sequence[str] | None = None, project: Project | None = None
) -> duckdb.DuckDBPyConnection:
    """Builds all models (or those named and what they read) over the landed tables; the caller closes the connection.

    Tables that `landing` lacks are empty. Incremental models are built in full. Relations have the names that dbt gave
    them, so `select * from {schema}.{model}` works. RuntimeError names the model whose SQL fails.
    """
    project = project or landed_project()
    connection = duckdb.connect(":memory:")
    connection.execute("set timezone = 'UTC'")
    connection.execute("set preserve_insertion_order = false")
    wanted = project.with_ancestors(select) if select else set(project.nodes)
    _land(connection, landing, project)
    for key, node in project.nodes.items():
        if key not in wanted or node["config"]["materialized"] == "ephemeral":
            continue
        connection.execute(f"create schema if not exists {node['schema']}")
        if node["resource_type"] == "seed":
            seed(connection, project, node)
        else:
            _model(connection, node, as_of)
    return connection


def run_over(given: Mapping[str, pa.Table], select: Sequence[str], as_of: datetime) -> duckdb.DuckDBPyConnection:
    """Builds the models of `select` over the rows given for what they read; the caller closes the connection.

    `given`: model or seed → rows. What is neither given nor built is not there.
    """
    project = landed_project()
    connection = duckdb.connect(":memory:")
    connection.execute("set timezone = 'UTC'")
    for node in project.nodes.values():
        connection.execute(f"create schema if not exists {node['schema']}")
        if node["name"] in given:
            _create(connection, f"{node['schema']}.{node['alias']}", given[node["name"]])
        elif node["name"] in select:
            _model(connection, node, as_of)
    return connection


def landed_project() -> Project:
    """The product's dbt project with a landing database for every source."""
    return compiled(databases=landed_databases())


def landed_databases() -> tuple[str, ...]:
    """Names under which the models find what landed."""
    return tuple(f"{name}_landing" for name in (*NAMES, *OWN))


def declared_tables(source_name: str) -> dict[str, pa.Schema]:
    """Arrow schema of every landing table of a source."""
    tables = OWN.get(source_name) or (*source(source_name).tables, LOADED_WINDOWS)
    return {table.name: table.schema for table in tables}


def _land(connection: duckdb.DuckDBPyConnection, landing: Landing, project: Project) -> None:
    """One attached database per source, with the given rows or an empty table of the declared columns."""
    sources = list(project.manifest["sources"].values())
    for database, schema in sorted({(node["database"], node["schema"]) for node in sources}):
        attached = {row[0] for row in connection.execute("select database_name from duckdb_databases()").fetchall()}
        if database not in attached:
            connection.execute(f"attach ':memory:' as {database}")
        connection.execute(f"create schema if not exists {database}.{schema}")
    for node in sources:
        name, table = node["database"].removesuffix("_landing"), node["identifier"]
        rows = landing.get(name, {}).get(table)
        if rows is None:
            rows = declared_tables(name)[table].empty_table()
        _create(connection, f"{node['database']}.{node['schema']}.{table}", rows)


def _create(connection: duckdb.DuckDBPyConnection, relation: str, rows: pa.Table) -> None:
    connection.register("landed", rows)
    connection.execute(f"create table {relation} as select * from landed")
    connection.unregister("landed")


def seed(connection: duckdb.DuckDBPyConnection, project: Project, node: dict[str, Any]) -> None:
    """A seed as dbt loads it: declared types first, the rest guessed, empty text is null."""
    path = project.folder / Path(node["original_file_path"])
    types = node["config"].get("column_types") or {}
    delimiter = node["config"].get("delimiter") or ","
    connection.execute(
        f"create table {node['schema']}.{node['alias']} as "
        f"select * from read_csv($path, header = true, delim = $delim, types = {_types(types)}, sample_size = -1)",
        {"path": str(path), "delim": delimiter},
    )


def _types(types: Mapping[str, str]) -> str:
    return "{" + ", ".join(f"'{column}': '{kind}'" for column, kind in types.items()) + "}"


def _model(connection: duckdb.DuckDBPyConnection, node: dict[str, Any], as_of: datetime) -> None:
    sql = node["compiled_code"].replace(AS_OF_SENTINEL, f"{as_of.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}")
    if AS_OF_SENTINEL[:10] in sql:
        raise RuntimeError(f"{node['name']}: computes with the as-of instant before SQL sees it; leave it as text")
    kind = "view" if node["config"]["materialized"] == "view" else "table"
    try:
        connection.execute(f"create {kind} {node['schema']}.{node['alias']} as {sql}")
    except duckdb.Error as error:
        connection.close()
        raise RuntimeError(f"model {node['name']}: {error}") from error
