"""Runs dbt in this process, and remembers from which inputs the warehouse was built."""

import hashlib
import json
import os
import queue
import threading
import time
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import duckdb

from connectors.common.models import LAG_CURVES, PREDICTION_FITS
from connectors.common.sql import quoted
from orchestration.building.manifest import Node, Project
from orchestration.home import Home
from orchestration.init import MODELS, OPS, OWN
from orchestration.loading.load import step
from orchestration.records import Check, GateRecord, read_json, write_json
from orchestration.run import Run

RESULTS = ("LogModelResult", "LogSeedResult", "LogSnapshotResult")
ASKED = "asked_of_this_run"


class BuildFailedError(Exception):
    """dbt could not build the models or a test failed; the text names the first ones."""


@dataclass(frozen=True)
class Built:
    """What the warehouse holds: the inputs it was built from, the models built from them, and if they are published.

    `project`: content of the dbt project whose views and seeds all stand in the warehouse; they hold no landed row.
    """

    fingerprint: str = ""
    models: list[str] = field(default_factory=list)
    is_published: bool = False
    project: str = ""

    @classmethod
    def read(cls, home: Home) -> "Built":
        return cls(**read_json(home.dbt / "built.json"))

    def covers(self, fingerprint: str, wanted: set[str]) -> bool:
        """Whether these models already stand in the warehouse, built from the same inputs."""
        return self.fingerprint == fingerprint and wanted <= set(self.models)

    def forget(self, home: Home, fingerprint: str, project: str) -> "Built":
        """Before a build: what it will overwrite no longer counts, should it be killed."""
        known = self.project if self.project == project else ""
        kept = Built(fingerprint, self.models if self.fingerprint == fingerprint else [], project=known)
        kept.write(home)
        return kept

    def add(self, home: Home, models: set[str], project: str) -> None:
        replace(self, models=sorted({*self.models, *models}), project=project).write(home)

    def published(self, home: Home) -> None:
        replace(self, is_published=True).write(home)

    def write(self, home: Home) -> None:
        write_json(home.dbt / "built.json", asdict(self))


def inputs_fingerprint(run: Run, project: Project, sources: Sequence[str]) -> str:
    """Changes when a landed row, the configuration (a source, too), how a source fares, the day or a model changes."""
    digest = hashlib.blake2b(f"{project.fingerprint} {run.last_day}".encode(), digest_size=16)
    with duckdb.connect(":memory:") as connection:
        for name in (*sources, *OWN):
            connection.execute(f"attach '{quoted(run.home.landing(name))}' as {name} (read_only)")
        for name in sources:
            loads = f"select load_id, loaded_at from {name}.raw_{name}.loaded_windows order by load_id"
            digest.update(repr(connection.execute(loads).fetchall()).encode())
        # Not last_load_at: a load that found nothing new is no news.
        fares = f"select * exclude (last_load_at, is_late) from {OPS.name}.raw_ops.source_status order by source"
        digest.update(repr(connection.execute(fares).fetchall()).encode())
        # A month's predictions never change, so their fits stand for them.
        for table in (LAG_CURVES, PREDICTION_FITS):
            fitted = f"select * from {MODELS.name}.raw_models.{table.name} order by all"
            digest.update(repr(connection.execute(fitted).fetchall()).encode())
    return digest.hexdigest()


def standing(run: Run, project: Project, built: Built) -> set[str]:
    """Views and seeds that the warehouse has from this very project: building them again would change nothing."""
    if run.rebuild or built.project != project.fingerprint:
        return set()
    there = _relations(run.home)
    return {key for key, node in project.lasting.items() if (node["schema"], node["alias"]) in there}


def build(
    run: Run, project: Project, selected: Sequence[Node], stands: set[str], is_other_project: bool
) -> Iterator[dict[str, Any]]:
    """Builds the models (and those that the warehouse still lacks) but those in `stands`, and tests all of them.

    `is_other_project`: the warehouse was built by another version, so everything is built from scratch: tables of two
    versions do not fit together.

    Gives dbt's result events of models and seeds. Writes the records of the step, its tests as gate `dbt`. Raises
    BuildFailedError at the end.
    """
    started = time.monotonic()
    there = _relations(run.home)
    lacking = [node for node in project.buildable if is_other_project or (node["schema"], node["alias"]) not in there]
    wanted = {node["unique_id"]: node for node in (*selected, *lacking)}
    events: queue.Queue[dict[str, Any] | None] = queue.Queue()
    outcome: list[Any] = []
    arguments = _arguments(run, project, run.rebuild or is_other_project)
    asked = _asked(project, wanted, stands)
    thread = threading.Thread(target=_invoke, args=(arguments, run, project, asked, events, outcome), name="dbt")
    thread.start()
    checks: list[Check] = []
    built = 0
    while (event := events.get()) is not None:
        if event["info"]["name"] == "LogTestResult":
            checks.append(_check(event))
        else:
            built += 1
            yield event
    thread.join()
    result = outcome[0]
    failures = _failures(result)
    run.records.write_gate(GateRecord("dbt", tuple(checks)))
    run.records.write(
        "dbt",
        "models",
        {
            "status": "failed" if failures else "built",
            "built": built,
            "failed": failures,
            "seconds": round(time.monotonic() - started, 3),
        },
    )
    seconds = time.monotonic() - started
    step("Models", f"{built} built, {len(checks)} tests", "bad" if failures else "good", seconds)
    if failures:
        more = f" (and {len(failures) - 3} more)" if len(failures) > 3 else ""
        raise BuildFailedError(f"models: {'; '.join(failures[:3])}{more}")


def _invoke(
    arguments: list[str],
    run: Run,
    project: Project,
    asked: Set[str],
    events: "queue.Queue[dict[str, Any] | None]",
    outcome: list[Any],
) -> None:
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner, dbtRunnerResult
    from google.protobuf.json_format import MessageToDict

    def listen(event: Any) -> None:
        if event.info.name in (*RESULTS, "LogTestResult"):
            events.put(MessageToDict(event, preserving_proto_field_name=True))

    os.environ["NYCKELTAL_AS_OF"] = run.as_of.isoformat()
    try:
        manifest = project.parsed()
        # dbt compares every name of a list with every node: a tag, which it looks at once, saves a second.
        for key in asked:
            manifest.nodes[key].tags.append(ASKED)
        outcome.append(dbtRunner(manifest, callbacks=[listen]).invoke(arguments))
    except BaseException as error:  # noqa: BLE001  told by the thread that waits
        outcome.append(dbtRunnerResult(success=False, exception=error))
    finally:
        # dbt-duckdb keeps the warehouse open for the life of the process; forgetting it is not closing it.
        if DuckDBConnectionManager._ENV is not None:
            DuckDBConnectionManager._ENV.close()
        DuckDBConnectionManager.close_all_connections()
        events.put(None)


def _arguments(run: Run, project: Project, is_anew: bool) -> list[str]:
    return [
        *(
            "--log-level",
            "none",
            "--log-level-file",
            "info",
            "build",
            "--project-dir",
            str(project.folder),
            "--profiles-dir",
            str(project.folder),
        ),
        *("--target-path", str(run.home.dbt / "target"), "--log-path", str(run.home.dbt / "logs")),
        *("--vars", json.dumps({"as_of": f"{run.as_of:%Y-%m-%dT%H:%M:%SZ}"})),
        *("--exclude-resource-type", "unit_test"),
        *(["--full-refresh"] if is_anew else []),
        *("--select", f"tag:{ASKED}", "--indirect-selection", "empty"),
    ]


def _asked(project: Project, wanted: Mapping[str, Node], stands: Set[str]) -> set[str]:
    """The nodes to build, and the tests of all that is wanted: a view that stands shows new rows, a seed does not."""
    seeds = {node["unique_id"] for node in project.buildable if node["resource_type"] == "seed"}
    shows = wanted.keys() - (stands & seeds)
    tests = {node["unique_id"] for node in project.tests if shows & set(node["depends_on"]["nodes"])}
    return (wanted.keys() - stands) | tests


def _relations(home: Home) -> set[tuple[str, str]]:
    """Schema and name of every table and view of the warehouse."""
    if not home.warehouse.exists():
        return set()
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"attach '{quoted(home.warehouse)}' as warehouse (read_only)")
        rows = connection.execute(
            "select schema_name, table_name from duckdb_tables() where database_name = 'warehouse' "
            "union all select schema_name, view_name from duckdb_views() where database_name = 'warehouse'"
        ).fetchall()
    return set(rows)


def _check(event: dict[str, Any]) -> Check:
    data = event["data"]
    node = data["node_info"]
    is_passed = data["status"] in ("pass", "skipped")
    return Check(
        name=node["node_name"],
        table=data.get("attached_node") or node["node_name"],
        passed=is_passed,
        failed_rows=int(data.get("num_failures", 0)),
        message="" if is_passed else f"{data['status']}: {data.get('num_failures', 0)} rows",
    )


def _failures(result: Any) -> list[str]:
    """One short sentence per node that dbt could not build or that a test failed."""
    if result.success:
        return []
    found = []
    for item in getattr(result.result, "results", None) or []:
        if str(item.status) in ("error", "fail", "runtime error"):
            words = " ".join((item.message or "").split())[:300]
            found.append(f"{item.node.name}: {words or item.status}")
    if not found:
        words = " ".join(str(result.exception or "dbt stopped without saying why").split())[:500]
        found.append(words)
    return found
