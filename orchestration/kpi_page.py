"""`docs/kpis.md`, written from the catalogue seeds: `python -m orchestration.kpi_page`."""

import csv
from collections import defaultdict
from functools import cache
from pathlib import Path

from orchestration.building.seeds import read_seed

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "kpis.md"
TRAPS = ROOT / "docs" / "kpi_traps.csv"
STAGES = ("awareness", "consideration", "conversion", "loyalty", "business", "operations")
ADDITIVITY = {
    "A": "adds up over time and segments",
    "S": "a stock: last of the period, adds up over segments",
    "N": "counted at each grain and never added up: distinct people, and what the two ends of a period differ by",
    "R": "a ratio: both sides are summed, divided last",
    "M": "output of a model",
}
TABLE_HEAD = (
    "| KPI | meaning, and what misleads | numerator | denominator | | unit | grains | segments | sources |",
    "|---" * 9 + "|",
)
# What comes of no connector.
BY_HAND = {"inputs": ("config", "files"), "costs": ("config", "files")}
DIRECTIONS = {"higher_better": "▲", "lower_better": "▼", "band": "↔", "none": "–"}
HEAD = """# The KPIs

Written from the catalogue (`dbt_project/seeds/kpi_definitions.csv`, `kpi_terms.csv`) and `docs/kpi_traps.csv` by
`make docs`; the same rows stand in `kpi_catalog` of `marts.duckdb`. Numerator and denominator stand beside every value,
so that any roll-up can be checked. [Files](mapping_files.md) can stand in for every source; `config` is what a company
[enters by hand](configuration.md). Where nothing feeds a KPI it is there, empty, and marked as missing.

▲ higher is better, ▼ lower is better, ↔ a band or context, – no direction.
Grains: D day, W ISO week, M month, Q quarter. The days so far of the current week, month and quarter
(`week_to_date`, `month_to_date`, `quarter_to_date`) are there where a KPI's measures can be counted over any days:
not for people that a platform counts, nor for cohorts that must be of age.
"""


def kpi_page() -> str:
    """The page as Markdown: a table per stage, and a paragraph on how each kind of KPI rolls up.

    ValueError names a KPI without a trap.
    """
    terms, sources = _terms(), _sources()
    kpis = read_seed("kpi_definitions")
    used = {kpi["additivity"] for kpi in kpis}
    parts = [HEAD, "\n".join(f"- **{key}** {words}" for key, words in ADDITIVITY.items() if key in used)]
    for stage in STAGES:
        if rows := [_row(kpi, terms[_version(kpi)], sources) for kpi in kpis if kpi["stage"] == stage]:
            parts.append("\n".join((f"## {stage.capitalize()}\n", *TABLE_HEAD, *rows)))
    return "\n\n".join(part.strip() for part in parts) + "\n"


def _version(row: dict[str, str]) -> tuple[str, str]:
    return row["kpi_id"], row["kpi_version"]


def _terms() -> dict[tuple[str, str], dict[str, dict[str, float]]]:
    """KPI and version → part → measure → weight; bases differ only in where a measure is read."""
    found: defaultdict[tuple[str, str], dict[str, dict[str, float]]] = defaultdict(dict)
    for row in read_seed("kpi_terms"):
        found[_version(row)].setdefault(row["part"], {})[row["measure_id"]] = float(row["weight"])
    return found


def _sources() -> dict[str, set[str]]:
    """Measure → the sources that feed it."""
    by_fact: defaultdict[str, set[str]] = defaultdict(set)
    for row in read_seed("fact_sources"):
        by_fact[row["fact"]].add(row["source"])
    found: defaultdict[str, set[str]] = defaultdict(set)
    for row in read_seed("measures"):
        found[row["measure_id"]] |= by_fact.get(row["fact"]) or set(BY_HAND.get(row["fact"], ("files",)))
    return found


def trap(kpi_id: str) -> str:
    """What misleads about a KPI: the sentence of the longest name that its id begins with."""
    said = {name: words for name, words in _traps().items() if kpi_id.startswith(name)}
    if not said:
        raise ValueError(f"{kpi_id} has no trap in docs/kpi_traps.csv: say in a sentence what misleads about it")
    return said[max(said, key=len)]


@cache
def _traps() -> dict[str, str]:
    with TRAPS.open(encoding="utf-8", newline="") as file:
        return {row["kpi"]: row["trap"] for row in csv.DictReader(file)}


def _row(kpi: dict[str, str], terms: dict[str, dict[str, float]], sources: dict[str, set[str]]) -> str:
    fed = set().union(*(sources[measure] for part in ("num", "den") for measure in terms.get(part, ())))
    version = f" version {kpi['kpi_version']}, from {kpi['valid_from']}" if kpi["kpi_version"] != "1" else ""
    cells = (
        f"**{kpi['label']}**<br>`{kpi['kpi_id']}`{version}",
        f"{kpi['formula']}<br>*{trap(kpi['kpi_id'])}*",
        _code(terms.get("num", {})),
        _code(terms.get("den", {})),
        f"{DIRECTIONS[kpi['direction']]} {kpi['additivity']}",
        kpi["unit"],
        " ".join(grain[0].upper() for grain in kpi["grains"].split()),
        ", ".join(name.replace("_x_", " × ") for name in kpi["segment_sets"].split()),
        ", ".join(sorted(fed)),
    )
    return "| " + " | ".join(cells) + " |"


def _code(terms: dict[str, float]) -> str:
    texts = [_weighted(measure, weight) for measure, weight in terms.items()]
    return f"`{' + '.join(texts).replace('+ -', '- ')}`" if texts else "–"


def _weighted(measure: str, weight: float) -> str:
    if abs(weight) == 1:
        return measure if weight > 0 else f"-{measure}"
    return f"{weight:g} × {measure}"


if __name__ == "__main__":
    PAGE.write_text(kpi_page(), "utf-8")
