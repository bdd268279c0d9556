"""`docs/kpis.md`, written from the catalogue seeds: `python -m orchestration.kpi_page`."""

import csv
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SEEDS = ROOT / "dbt_project" / "seeds"
PAGE = ROOT / "docs" / "kpis.md"
STAGES = ("awareness", "consideration", "conversion", "loyalty", "business", "operations")
ADDITIVITY = {
    "A": "adds up over time and segments",
    "S": "a stock: last of the period, adds up over segments",
    "N": "distinct people: asked for at each grain, never added up",
    "R": "a ratio: both sides are summed, divided last",
    "M": "output of a model",
}
TABLE_HEAD = ("| KPI | meaning | numerator | denominator | | unit | grains | segments |", "|---" * 8 + "|")
DIRECTIONS = {"higher_better": "▲", "lower_better": "▼", "band": "↔", "none": "–"}
HEAD = """# The KPIs

Written from the catalogue (`dbt_project/seeds/kpi_definitions.csv`, `kpi_terms.csv`) by `make docs`;
the same rows stand in `kpi_catalog` of `marts.duckdb`. Numerator and denominator stand beside every value,
so that any roll-up can be checked.

▲ higher is better, ▼ lower is better, ↔ a band or context, – no direction.
Grains: D day, W ISO week, M month, Q quarter. The days so far of the current week, month and quarter
(`week_to_date`, `month_to_date`, `quarter_to_date`) are there where a KPI's measures can be counted over any days:
not for people that a platform counts, nor for cohorts that must be of age.
"""


def kpi_page() -> str:
    """The page as Markdown, a table per funnel stage and a paragraph on how each kind of KPI rolls up."""
    terms: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for row in _read("kpi_terms"):
        term = _weighted(row["measure_id"], float(row["weight"]))
        if term not in terms[row["kpi_id"], row["part"]]:
            terms[row["kpi_id"], row["part"]].append(term)
    kpis = _read("kpi_definitions")
    used = {kpi["additivity"] for kpi in kpis}
    parts = [HEAD, "\n".join(f"- **{key}** {words}" for key, words in ADDITIVITY.items() if key in used)]
    for stage in STAGES:
        if rows := [_row(kpi, terms) for kpi in kpis if kpi["stage"] == stage]:
            parts.append("\n".join((f"## {stage.capitalize()}\n", *TABLE_HEAD, *rows)))
    return "\n\n".join(part.strip() for part in parts) + "\n"


def _row(kpi: dict[str, str], terms: dict[tuple[str, str], list[str]]) -> str:
    cells = (
        f"**{kpi['label']}**<br>`{kpi['kpi_id']}`",
        kpi["formula"],
        _code(terms[kpi["kpi_id"], "num"]),
        _code(terms[kpi["kpi_id"], "den"]),
        f"{DIRECTIONS[kpi['direction']]} {kpi['additivity']}",
        kpi["unit"],
        " ".join(grain[0].upper() for grain in kpi["grains"].split()),
        ", ".join(name.replace("_x_", " × ") for name in kpi["segment_sets"].split()),
    )
    return "| " + " | ".join(cells) + " |"


def _code(terms: list[str]) -> str:
    return f"`{' + '.join(terms).replace('+ -', '- ')}`" if terms else "–"


def _weighted(measure: str, weight: float) -> str:
    if abs(weight) == 1:
        return measure if weight > 0 else f"-{measure}"
    return f"{weight:g} × {measure}"


def _read(seed: str) -> list[dict[str, str]]:
    with (SEEDS / f"{seed}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


if __name__ == "__main__":
    PAGE.write_text(kpi_page(), "utf-8")
