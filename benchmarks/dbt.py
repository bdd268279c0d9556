"""Section `dbt`: the models as the product builds them, beside the same compiled SQL in one plain connection."""

import json
import os
import time
from collections import defaultdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb

from benchmarks.company import Company, company
from benchmarks.part import Part, Timed, run_part, timed
from benchmarks.report import Figure, Report, fastest
from connectors import NAMES
from connectors.common.sql import quoted
from orchestration.home import DBT_PROJECT, Home
from orchestration.init import OWN

MOST_OF_RAW, MOST_GIB = 1.3, 4.0


def measure(report: Report, size: str, months: int, rounds: int, as_of: str) -> None:
    """Lands a company once, then builds everything from scratch both ways in turns."""
    name = f"{size}, {months} months"
    built: list[Part] = []
    raw: list[Part] = []
    with TemporaryDirectory() as folder:
        with company(Path(folder), size, months, as_of) as shop:
            part = run_part(f"{name}: all sources", "benchmarks.company:land_all", shop.environment, as_of=shop.as_of)
            landed = report.measured(part)
        for _ in range(rounds):
            built.append(report.measured(_part(f"{name}: dbt", "build_models", shop)))
            raw.append(report.measured(_part(f"{name}: the same SQL", "run_sql", shop)))
    ours, limit = fastest(built), fastest(raw)
    report.add(
        Figure("dbt", f"{name}: dbt ÷ the same SQL", ours.seconds / limit.seconds, "x", MOST_OF_RAW),
        Figure("dbt", "  … by processor time", ours.cpu_seconds / limit.cpu_seconds, "x"),
        Figure("dbt", "  dbt: models, seeds, tests", ours.seconds, "s"),
        *(Figure("dbt", f"  the same SQL: {kind}s", seconds, "s") for kind, seconds in limit.seconds_of.items()),
        Figure("dbt", "  peak memory of dbt", ours.peak_bytes / 2**30, "GiB", MOST_GIB),
        Figure("dbt", "  peak memory of landing", landed.peak_bytes / 2**30, "GiB", MOST_GIB),
    )


def _part(name: str, function: str, shop: Company) -> Part:
    return run_part(name, f"benchmarks.dbt:{function}", shop.environment, as_of=shop.as_of)


def build_models(as_of: str) -> Timed:
    """dbt in this process, from scratch, as the step of a full refresh calls it."""
    from orchestration.building.build import build
    from orchestration.building.manifest import Project
    from orchestration.run import Run, RunSettings

    run = Run.of("landing", RunSettings(as_of=as_of, rebuild=True))
    run.home.warehouse.unlink(missing_ok=True)
    project = Project.open(DBT_PROJECT)
    with timed() as found:
        found.counts["nodes"] = len(list(build(run, project, project.buildable, stands=set(), is_other_project=False)))
    return found


def run_sql(as_of: str) -> Timed:
    """What dbt compiled for that very build, in dependency order, in one connection with dbt's own settings."""
    from tests.runner.compile import Project
    from tests.runner.execution import seed

    home = Home.find()
    manifest = json.loads((home.dbt / "target" / "manifest.json").read_text("utf-8"))
    project = Project(DBT_PROJECT, manifest)
    tests = [node for node in manifest["nodes"].values() if node["resource_type"] == "test"]
    spent: defaultdict[str, float] = defaultdict(float)
    with TemporaryDirectory(dir=home.root) as scratch, timed() as found, _connection(Path(scratch)) as connection:
        for landing in (*NAMES, *OWN):
            connection.execute(f"attach '{quoted(home.landing(landing))}' as {landing}_landing (read_only)")
        for node in (*project.nodes.values(), *tests):
            started = time.perf_counter()
            kind = node["resource_type"]
            if kind == "test":
                connection.execute(f"select count(*) from ({node['compiled_code']}) as failed").fetchall()
            elif node["config"]["materialized"] != "ephemeral":
                connection.execute(f"create schema if not exists {node['schema']}")
                if kind == "seed":
                    seed(connection, project, node)
                else:
                    view = "view" if node["config"]["materialized"] == "view" else "table"
                    name = f"{node['schema']}.{node['alias']}"
                    connection.execute(f"create {view} {name} as {node['compiled_code']}")
            spent[kind] += time.perf_counter() - started
    found.seconds_of = dict(spent)
    found.counts["nodes"] = len(project.nodes)
    return found


def _connection(folder: Path) -> duckdb.DuckDBPyConnection:
    """A new warehouse (the compiled SQL says its name) with the settings of `dbt_project/profiles.yml`."""
    threads, memory = os.environ.get("NYCKELTAL_THREADS", "2"), os.environ.get("NYCKELTAL_MEMORY_LIMIT", "3GB")
    config: dict[str, Any] = {
        "threads": threads,
        "memory_limit": memory,
        "temp_directory": str(folder / "tmp"),
        "checkpoint_threshold": "2GB",
    }
    connection = duckdb.connect(str(folder / "warehouse.duckdb"), config=config)
    connection.execute("set timezone = 'UTC'")
    connection.execute("set preserve_insertion_order = false")
    return connection
