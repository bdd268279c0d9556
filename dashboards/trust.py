"""How sure the numbers are: settled or not, few cases, missing sources, held-back runs, until when the data go."""

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from orchestration.cli.marts import Marts, Row
from orchestration.records import all_runs

GATES = ("dbt", "marts")


@dataclass(frozen=True)
class HeldBack:
    """The last run did not pass its checks; what is shown is older. `what`: the first check that failed, in words."""

    as_of: datetime
    what: str


def held_back(runs: Path) -> HeldBack | None:
    """Of the last run that got as far as a check of the models; None when it passed."""
    for records in reversed(all_runs(runs)):
        gates = [gate for gate in records.gates() if gate.gate in GATES]
        failed = [check for gate in gates for check in gate.failed]
        broken = [name for item in records.read("dbt") for name in item.get("failed", ())]
        if failed or broken:
            return HeldBack(records.as_of, (failed[0].name if failed else broken[0].split(":")[0]).replace("_", " "))
        if gates:
            return None
    return None


def late_sources(sources: list[Row], data_until: date) -> list[Row]:
    """Configured sources that failed or end before the marts do."""
    return [
        row
        for row in sources
        if row["is_configured"] and (row["last_error"] or row["data_until"] is None or row["data_until"] < data_until)
    ]


def packed_trust(marts: Marts, info: Row, held: HeldBack | None) -> dict[str, Any]:
    sources = marts.sources()
    late = {row["source"] for row in late_sources(sources, info["data_until"])}
    return {
        "validation": info["validation_status"],
        "held_back": held and {"as_of": held.as_of.date().isoformat(), "what": held.what},
        "sources": [
            {
                "source": row["source"],
                "is_configured": row["is_configured"],
                "is_late": row["source"] in late,
                "data_until": row["data_until"] and row["data_until"].isoformat(),
                "provisional_from": row["provisional_from"] and row["provisional_from"].isoformat(),
                "row_count": row["row_count"],
                "last_error": row["last_error"],
            }
            for row in sources
        ],
    }
