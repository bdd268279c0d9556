"""Kills a refresh at a step and runs it again; run as a program of its own, since it forks.

`python -m tests.orchestration.crashes FOLDER`: prints as JSON, per step, how the killed process ended, whether the old
marts could still be read, and the marts after the same command again. Everything is imported once, before the forks.
"""

import json
import os
import shutil
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from orchestration.assemble import assemble
from orchestration.home import Home
from tests.orchestration.conftest import AS_OF, Toy, prepare, query, vendors
from tests.orchestration.toy import SOURCES, TINY, kill_at

STEPS = ("load", "gate", "promote", "dbt", "publish")
NEXT_DAY = "2026-03-19T05:30:00+00:00"
TABLES = {
    "kpi_values": "select * from kpi_values order by kpi_id, period_grain, period_start",
    "fct_orders": "select * from fct_orders order by order_id",
    "source_status": "select source, data_until, row_count, last_error from source_status order by source",
    "publish_info": "select data_until, validation_status from publish_info",
}


def marts(home: Home) -> dict[str, str]:
    """All that is published, as text; without what tells one run from another."""
    return {name: repr(query(home.marts, sql)) for name, sql in TABLES.items()}


def in_child(work: Callable[[], object]) -> int:
    """Runs in a forked process; the signal that ended it as a negative number, else its exit code."""
    child = os.fork()
    if child == 0:
        try:
            work()
        except BaseException:  # noqa: BLE001  a child must not go on as if it were the parent
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def news() -> dict[str, Any]:
    """What the vendors hold a day later: restated days, a changed order, a row that vanished."""
    held = vendors()
    held["web"] = [row for row in held["web"] if (row["date"], row["channel"]) != ("2026-03-16", "email")]
    held["web"][-20]["sessions"] = 7
    held["shop"][70]["amount"] = 999
    return held


def main() -> None:
    folder = Path(sys.argv[1])
    definitions = assemble(SOURCES, TINY)
    # What steps import when they run: once here instead of in each child.
    for module in ("orchestration.quality.marts", "dbt.cli.main", "dbt.adapters.duckdb.connections"):
        import_module(module)

    def toy(name: str, held: dict[str, Any]) -> Toy:
        prepare(folder / name)
        return Toy(folder / name, definitions, held)

    assert in_child(lambda: toy("before", vendors()).refresh("daily", AS_OF)) == 0
    for name in ("undisturbed", *STEPS):
        shutil.copytree(folder / "before", folder / name)
    assert in_child(lambda: toy("undisturbed", news()).refresh("daily", NEXT_DAY)) == 0
    found: dict[str, Any] = {
        "before": marts(Home(folder / "before" / "home")),
        "undisturbed": marts(Home(folder / "undisturbed" / "home")),
    }
    for step in STEPS:

        def killed(step: str = step) -> None:
            kill_at(step)
            toy(step, news()).refresh("daily", NEXT_DAY)

        home = Home(folder / step / "home")
        ended = in_child(killed)
        meanwhile = marts(home)
        again = in_child(lambda step=step: toy(step, news()).refresh("daily", NEXT_DAY))
        left = [path.name for path in home.root.rglob("*.tmp*") if "dagster" not in path.parts]
        found[step] = {"ended": ended, "meanwhile": meanwhile, "again": again, "marts": marts(home), "left": left}
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main()
