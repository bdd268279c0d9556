"""The marts gate and publishing, in one step: steps of two runs may interleave, and bad marts are never published."""

import logging
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import pyarrow as pa

from connectors.common.sql import quoted
from orchestration.building.build import Built
from orchestration.building.dbt import model_key
from orchestration.building.manifest import Node, Project
from orchestration.loading.load import step
from orchestration.loading.promote import replacing
from orchestration.locks import writer_lock
from orchestration.quality.suite import GateBrokenError
from orchestration.records import Outcome, all_runs
from orchestration.recovery.damage import in_words, opens
from orchestration.run import Run, RunSettings
from orchestration.serving.capture import capture

logger = logging.getLogger("nyckeltal.run")

# Readable by DuckDB 1.0 to 2.0; BI drivers lag behind (serving.md).
STORAGE_VERSION = "v1.0.0"
PLAIN_TYPES = ("DATE", "TIMESTAMP", "VARCHAR", "BIGINT", "INTEGER", "DOUBLE", "BOOLEAN", "DECIMAL")
# Runs whose checks are published; older ones stay in the records.
PUBLISHED_RUNS = 30


def _column(name: str, kind: pa.DataType, description: str) -> pa.Field:
    return pa.field(name, kind, metadata={"description": description})


DATA_QUALITY = pa.schema(
    [
        _column("run_id", pa.string(), "The run that checked."),
        _column("as_of", pa.timestamp("us"), "Its instant, UTC."),
        _column("gate", pa.string(), "What was gated: a source's landing, or the marts."),
        _column("check_name", pa.string(), "What must hold."),
        _column("table_name", pa.string(), "The table that was looked at."),
        _column("is_passed", pa.bool_(), "It held."),
        _column("failed_rows", pa.int64(), "Rows of which it did not hold."),
        _column("threshold", pa.string(), "What was allowed."),
        _column("sample_key", pa.string(), "Key of a row of which it did not hold."),
        _column("message", pa.string(), "What was wrong, in words."),
    ]
)
PUBLISH_INFO = pa.schema(
    [
        _column("run_id", pa.string(), "The run that published."),
        _column("as_of", pa.timestamp("us"), "Its instant, UTC."),
        _column("published_at", pa.timestamp("us"), "When the file was written, UTC."),
        _column("data_until", pa.date32(), "The last complete day in the company's zone."),
        _column("validation_status", pa.string(), "passed, with the sources that are not fresh."),
        _column("code_version", pa.string(), "Version of the product and fingerprint of its models."),
    ]
)


class NotPublishedError(Exception):
    """The marts are not fit to be published; the last good file stays."""


@dataclass(frozen=True)
class Published:
    """What a publish did: rows per table; None when the file already held just this."""

    rows: dict[str, int] | None


def publish_asset(project: Project) -> dg.AssetsDefinition:
    """`serving/marts`: the file that BI tools, pages and the command line read."""

    @dg.asset(
        key=["serving", "marts"],
        group_name="serving",
        description="marts.duckdb, replaced whole after the marts gate has passed.",
        deps=[model_key(node) for node in project.published],
        kinds={"duckdb"},
    )
    def publish_marts(context: dg.AssetExecutionContext, run_settings: RunSettings) -> dg.MaterializeResult[Any]:
        run = Run.of(context.run_id, run_settings)
        try:
            published = gate_and_publish(run, project)
        except NotPublishedError as error:
            raise dg.Failure(str(error), allow_retries=False) from None
        except (duckdb.Error, OSError) as error:
            if words := in_words(error):
                raise dg.Failure(f"publish: {words}", allow_retries=False) from None
            raise
        if published.rows is None:
            return dg.MaterializeResult(metadata={"status": "unchanged"})
        return dg.MaterializeResult(
            metadata={
                "status": "published",
                "dagster/row_count": sum(published.rows.values()),
                **{f"rows/{table}": rows for table, rows in published.rows.items()},
            }
        )

    return publish_marts


def gate_and_publish(run: Run, project: Project) -> Published:
    """Publishes the warehouse's marts if their gate passes; raises NotPublishedError otherwise."""
    started = time.monotonic()
    with writer_lock(run.home.warehouse, "publish", logger.warning):
        built = Built.read(run.home)
        # Marts that do not open any more are published once more; nothing is lost with them.
        if built.is_published and run.home.marts.exists() and opens(run.home.marts):
            _note_classes(run)
            return Published(None)
        from orchestration.quality.marts import marts_gate

        try:
            gate = marts_gate(run, project)
        except GateBrokenError as error:
            raise NotPublishedError(f"publish: the marts gate is broken, the last good marts stay: {error}") from None
        run.records.write_gate(gate)
        if gate.failed:
            first = gate.failed[0]
            raise NotPublishedError(
                f"publish: the marts are held back and the last good ones served, because {first.table} fails the "
                f"check “{first.name}”: {first.message} ({len(gate.failed)} of {len(gate.checks)} checks failed)"
            )
        with writer_lock(run.home.marts, "publish", logger.warning):
            rows = publish(run, project)
        _keep_vintage(run)
        built.published(run.home)
        _note_classes(run)
    run.records.write("publish", "marts", {"status": "published", "rows": rows})
    step("Marts", f"{sum(rows.values()):,} rows in {len(rows)} tables", "good", time.monotonic() - started)
    return Published(rows)


def _keep_vintage(run: Run) -> None:
    """Before the marts count as published: a run that dies here publishes and keeps them again."""
    started = time.monotonic()
    try:
        added = capture(run)
    except (duckdb.Error, OSError) as error:
        raise NotPublishedError(
            "vintages: the marts are published, but what changed in them cannot be kept in "
            f"{run.home.history}: {str(error).splitlines()[0]}"
        ) from None
    if added:
        step("Vintages", f"{sum(added.values()):,} rows", "good", time.monotonic() - started)


def _note_classes(run: Run) -> None:
    """What this run built is published: each of its classes is as fresh as the run."""
    for built in run.records.read("classes"):
        run.records.write_published(built["classes"])


def publish(run: Run, project: Project) -> dict[str, int]:
    """Writes a new file beside marts.duckdb, verifies it, and puts it in its place; rows per table."""
    with replacing(run.home.marts) as temporary:
        rows = _write(run, project, temporary)
        _verify(run, temporary, rows)
    return rows


def _write(run: Run, project: Project, file: Path) -> dict[str, int]:
    rows: dict[str, int] = {}
    with duckdb.connect(":memory:") as connection:
        connection.execute("set timezone = 'UTC'")
        # Views in it name their database: it must be attached under dbt's name for it.
        connection.execute(f"attach '{quoted(run.home.warehouse)}' as warehouse (read_only)")
        connection.execute(f"attach '{quoted(file)}' as out (storage_version '{STORAGE_VERSION}')")
        connection.execute("begin")
        for node in project.published:
            relation = f"warehouse.{node['schema']}.{node['alias']}"
            _require_plain_types(connection, relation, node)
            rows[node["alias"]] = _create(connection, node["alias"], relation)
        for table, made in (("data_quality", _quality(run)), ("publish_info", _info(run, project))):
            connection.register("made", made)
            rows[table] = _create(connection, table, "made")
            connection.unregister("made")
        connection.execute("commit")
        connection.execute("checkpoint out")
        connection.execute("detach out")
    return rows


def _create(connection: duckdb.DuckDBPyConnection, table: str, relation: str) -> int:
    row = connection.execute(f"create table out.main.{table} as from {relation}").fetchone()
    return int(row[0]) if row else 0


def _require_plain_types(connection: duckdb.DuckDBPyConnection, relation: str, node: Node) -> None:
    for name, kind, *_ in connection.execute(f"describe {relation}").fetchall():
        if str(kind).split("(")[0] not in PLAIN_TYPES:
            raise NotPublishedError(f"publish: {node['name']}.{name} is {kind}; BI tools read only plain types")


def _verify(run: Run, file: Path, rows: dict[str, int]) -> None:
    with duckdb.connect(str(file), read_only=True) as connection:
        for table, expected in rows.items():
            found = connection.execute(f"select count(*) from {table}").fetchall()[0][0]
            if found != expected:
                raise NotPublishedError(f"publish: {table} has {found} rows in the new file instead of {expected}")
        if connection.execute("select run_id from publish_info").fetchall() != [(run.id,)]:
            raise NotPublishedError("publish: the new file does not carry this run")


def _quality(run: Run) -> pa.Table:
    """One row per gate, check and run, of the last runs."""
    rows = [
        {
            "run_id": records.run_id,
            "as_of": records.as_of.replace(tzinfo=None),
            "gate": gate.gate,
            "check_name": check.name,
            "table_name": check.table,
            "is_passed": check.passed,
            "failed_rows": check.failed_rows,
            "threshold": check.threshold,
            "sample_key": check.sample_key,
            "message": check.message,
        }
        for records in all_runs(run.home.runs)[-PUBLISHED_RUNS:]
        for gate in records.gates()
        for check in gate.checks
    ]
    return pa.Table.from_pylist(rows, schema=DATA_QUALITY)


def _info(run: Run, project: Project) -> pa.Table:
    late = sorted(load.source for load in run.records.loads() if load.error)
    row = {
        "run_id": run.id,
        "as_of": run.as_of.replace(tzinfo=None),
        "published_at": datetime.now(UTC).replace(tzinfo=None),
        "data_until": run.last_day,
        "validation_status": f"passed; not fresh: {', '.join(late)}" if late else "passed",
        "code_version": f"{_version()}+{project.fingerprint[:8]}",
    }
    return pa.Table.from_pylist([row], schema=PUBLISH_INFO)


def _version() -> str:
    """The installed version; a checkout that is run without being installed has none."""
    try:
        return version("nyckeltal")
    except PackageNotFoundError:
        return "0"


def outcome_asset(upstream: Sequence[dg.AssetKey]) -> dg.AssetsDefinition:
    """`serving/run_outcome`: makes the run red when a source failed or was held, after everything else went on."""

    @dg.asset(
        key=["serving", "run_outcome"],
        group_name="serving",
        description="Red with the reason when a source failed or was held back, after all else went on.",
        deps=list(upstream),
    )
    def run_outcome(context: dg.AssetExecutionContext, run_settings: RunSettings) -> dg.MaterializeResult[Any]:
        run = Run.of(context.run_id, run_settings)
        reasons = list(failures(run))
        run.records.write_outcome(Outcome("failed" if reasons else "success"))
        if reasons:
            raise dg.Failure("; ".join(reasons), allow_retries=False)
        return dg.MaterializeResult()

    return run_outcome


def failures(run: Run) -> Iterator[str]:
    """One sentence per source that is not fresh after this run."""
    return (load.error for load in run.records.loads() if load.error)
