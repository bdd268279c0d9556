"""The catalogue's seeds, read as they lie in the dbt project."""

import csv

from orchestration.home import DBT_PROJECT

SEEDS = DBT_PROJECT / "seeds"


def read_seed(name: str) -> list[dict[str, str]]:
    """Rows of a seed as texts, in the file's order."""
    with (SEEDS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def newest_definitions() -> dict[str, dict[str, str]]:
    """By KPI, the row of its newest version."""
    rows = sorted(read_seed("kpi_definitions"), key=lambda row: int(row["kpi_version"]))
    return {row["kpi_id"]: row for row in rows}
