"""The code location: loads without secrets, network or DuckDB; lineage from a landed table to a published KPI."""

import os
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import dagster as dg

from tests.orchestration.conftest import Toy

ROOT = Path(__file__).resolve().parents[2]
# The product's own code location, with every door shut.
LOAD = """
import socket
def shut(*_, **__):
    raise RuntimeError("the code location opened something")
socket.socket.connect = shut
socket.getaddrinfo = shut
import duckdb
duckdb.connect = shut
from orchestration.definitions import defs
repository = defs.get_repository_def()
print(sorted(job.name for job in repository.get_all_jobs() if not job.name.startswith("__")))
print({schedule.name: schedule.execution_timezone for schedule in repository.schedule_defs})
print(len(defs.resolve_all_asset_keys()))
"""


def test_the_code_location_loads_without_environment_network_or_duckdb(tmp_path: Path) -> None:
    # Parsing dbt may open its in-memory database, once per content; here the parsed project is already there.
    warm = (
        "import connectors; from orchestration.home import DBT_PROJECT; "
        "from orchestration.building.manifest import Project; "
    )
    subprocess.run(
        [sys.executable, "-c", f"{warm}Project.open(DBT_PROJECT)"], cwd=ROOT, check=True, capture_output=True
    )
    result = subprocess.run(
        [sys.executable, "-c", LOAD],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr[-2000:]
    jobs, schedules, count = result.stdout.splitlines()[-3:]
    cadences = ["daily", "full", "monthly", "quarterly", "weekly"]
    assert jobs == str(["backfill", "fill_gaps", *(f"refresh_{name}" for name in cadences)])
    assert schedules == "{'daily': 'UTC', 'fill_gaps': 'UTC', 'monthly': 'UTC', 'quarterly': 'UTC', 'weekly': 'UTC'}"
    assert int(count) > 100
    assert list(tmp_path.iterdir()) == []


def test_lineage_reaches_from_a_landed_table_to_the_published_file(toy: Toy) -> None:
    graph = toy.definitions.resolve_asset_graph()
    above = dg.AssetSelection.assets(["serving", "marts"]).upstream().resolve(graph)
    assert {
        dg.AssetKey(["shop", "orders"]),
        dg.AssetKey(["staging", "stg_shop__orders"]),
        dg.AssetKey(["kpi", "kpi_values_operational"]),
        dg.AssetKey(["marts", "kpi_values"]),
        dg.AssetKey(["ops", "source_status"]),
    } <= above
    specs = {spec.key: spec for spec in toy.definitions.resolve_all_asset_specs()}
    groups = {key.to_user_string(): spec.group_name for key, spec in specs.items()}
    assert groups["shop/orders"] == groups["staging/stg_shop__orders"] == "shop"
    assert groups["canonical/fct_orders_daily"] == "canonical"
    assert groups["marts/fct_orders"] == "facts"
    assert specs[dg.AssetKey(["kpi", "kpi_values_operational"])].freshness_policy is not None


def test_groups_read_from_left_to_right_and_everything_says_what_it_is() -> None:
    from orchestration.definitions import defs

    specs = {spec.key: spec for spec in defs.resolve_all_asset_specs()}
    above: dict[str | None, set[str | None]] = {}
    for spec in specs.values():
        read = {specs[dep.asset_key].group_name for dep in spec.deps}
        above.setdefault(spec.group_name, set()).update(read - {spec.group_name})
    # Raises CycleError, which names the groups that read each other.
    order = list(TopologicalSorter(above).static_order())
    way = ["shopify", "canonical", "facts", "measures", "kpi", "kpi_values", "serving"]
    assert sorted(way, key=order.index) == way
    assert above["catalogue"] == {"seeds", "canonical"}
    silent = [key.to_user_string() for key, spec in specs.items() if not spec.description or "SQL" in spec.description]
    assert silent == []


def test_a_cadence_leaves_the_other_classes_out(toy: Toy) -> None:
    def built(job: str) -> set[str]:
        keys = toy.definitions.resolve_job_def(job).asset_layer.selected_asset_keys
        return {key.path[-1] for key in keys if key.path[-1].startswith("kpi_values_")}

    assert built("refresh_daily") == {"kpi_values_operational"}
    assert built("refresh_weekly") == {"kpi_values_tactical"}
    assert built("refresh_monthly") == built("refresh_quarterly") == {"kpi_values_strategic"}
    assert len(built("refresh_full")) == len(built("backfill")) == 3
