"""The catalogue as MetricFlow reads it, written from the seeds: `python -m orchestration.semantic_layer`.

Only what any query may add up: sums over days and segments and the ratios of such sums. Left out are distinct people,
stocks, shares, cohorts that must mature, platform claims (never added over platforms, rule G8) and the dimensions of
personal sets (rule G13). A dimension is an entity, so that a metric of two facts can be grouped by it.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from orchestration.building.seeds import newest_definitions, read_seed

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "dbt_project" / "models" / "semantic" / "semantic_layer.yml"
HEAD = "# Written from the seeds by `make docs`: semantic models and metrics for MetricFlow.\n"
FIRST_PARTY = "first_party:last_non_direct"
ADDITIVE = ROOT / "dbt_project" / "models" / "measures" / "additive"
# A fact of its own for breakdowns would count the same spend twice.
LEFT_OUT = {"ad_breakdowns"}
Rows = list[dict[str, str]]


def semantic_layer() -> str:
    """The page as YAML: a semantic model per additive fact, a hidden metric per measure, a metric per KPI."""
    measures, terms = _measures(), read_seed("kpi_terms")
    kpis = list(newest_definitions().values())
    metrics = [metric for kpi in kpis for metric in _kpi_metrics(kpi, terms, measures)]
    used = {name for metric in metrics for name in _inputs(metric)}
    sums = [_sum_metric(row) for name, row in measures.items() if _sum_name(name) in used]
    facts = sorted({row["fact"] for name, row in measures.items() if _sum_name(name) in used})
    page = {
        "semantic_models": [_semantic_model(fact, measures, terms, kpis) for fact in facts],
        "metrics": [*sums, *metrics],
    }
    return HEAD + yaml.safe_dump(page, sort_keys=False, allow_unicode=True, width=120)


def _measures() -> dict[str, dict[str, str]]:
    """Measures that add up over days and segments whatever their age, by id."""
    facts = {path.stem.removeprefix("msr_") for path in ADDITIVE.glob("msr_*.sql")} - LEFT_OUT
    return {
        row["measure_id"]: row
        for row in read_seed("measures")
        if row["fact"] in facts
        and (row["additivity"], row["time_rule"], row["maturity_days"]) == ("A", "sum", "0")
        and row["basis"] != "platform"
    }


def _kpi_metrics(kpi: Mapping[str, str], terms: Rows, measures: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The metric of a KPI, if all its measures add up."""
    basis = kpi["plain_basis"]
    own = [
        row
        for row in terms
        if (row["kpi_id"], row["kpi_version"], row["attribution_basis"]) == (kpi["kpi_id"], kpi["kpi_version"], basis)
        and row["part"] in ("num", "den")
    ]
    is_whole = own and all(row["measure_id"] in measures for row in own)
    if not is_whole or kpi["additivity"] not in ("A", "R") or kpi["is_share"] == "1" or basis == "platform":
        return
    numerator, denominator = (_sum_of([row for row in own if row["part"] == part]) for part in ("num", "den"))
    names = sorted({_sum_name(row["measure_id"]) for row in own})
    expression = f"cast({numerator} as double)"
    if denominator:
        expression += f" / nullif(cast({denominator} as double), 0)"
    yield {
        "name": kpi["kpi_id"],
        "label": kpi["label"],
        "description": kpi["formula"],
        "type": "derived",
        "type_params": {"expr": expression, "metrics": [{"name": name} for name in names]},
    }


def _sum_of(terms: Rows) -> str:
    """`sum_a - 2 * sum_b`; empty without terms."""
    parts = []
    for row in terms:
        weight = float(row["weight"])
        factor = "" if abs(weight) == 1 else f"{abs(weight):g} * "
        parts.append(f"{'-' if weight < 0 else '+'} {factor}{_sum_name(row['measure_id'])}")
    return f"({' '.join(parts).removeprefix('+ ')})" if parts else ""


def _sum_name(measure: str) -> str:
    return f"sum_{measure}"


def _inputs(metric: Mapping[str, Any]) -> list[str]:
    return [item["name"] for item in metric["type_params"]["metrics"]]


def _sum_metric(measure: Mapping[str, str]) -> dict[str, Any]:
    name = measure["measure_id"]
    return {
        "name": _sum_name(name),
        "label": f"Sum of {name.replace('_', ' ')}",
        "description": f"Measure {name} of msr_{measure['fact']}.",
        "type": "simple",
        # Nothing is 0, so that spend without leads still has a numerator.
        "type_params": {"measure": {"name": _measure_name(measure), "fill_nulls_with": 0}},
    }


def _measure_name(measure: Mapping[str, str]) -> str:
    """A metric may not bear its measure's name, and a measure has one name in all facts."""
    return f"{measure['fact']}_{measure['measure_id']}"


def _semantic_model(fact: str, measures: Mapping[str, dict[str, str]], terms: Rows, kpis: Rows) -> dict[str, Any]:
    own = {name: row for name, row in measures.items() if row["fact"] == fact}
    personal = {
        name
        for kpi in kpis
        if any(row["kpi_id"] == kpi["kpi_id"] and row["measure_id"] in own for row in terms)
        for name in kpi["personal_sets"].split()
    }
    dims = next(row for row in read_seed("measure_dims") if row["fact"] == fact)
    names = [column.removeprefix("has_") for column, value in dims.items() if value == "1" and column != "has_total"]
    return {
        "name": f"semantic_{fact}",
        "description": f"Additive measures of msr_{fact} by day.",
        "model": f"ref('msr_{fact}')",
        "defaults": {"agg_time_dimension": "measured_on"},
        "primary_entity": f"{fact}_day",
        "entities": [{"name": name, "type": "foreign", "expr": name} for name in names if name not in personal],
        "dimensions": [
            {"name": "measured_on", "type": "time", "expr": "date", "type_params": {"time_granularity": "day"}}
        ],
        "measures": [{"name": _measure_name(row), "agg": "sum", "expr": _expression(row)} for row in own.values()],
    }


def _expression(measure: Mapping[str, str]) -> str:
    """A measure that has an attribution basis per row is read under the default one."""
    name = measure["measure_id"]
    return f"case when attribution_basis = '{FIRST_PARTY}' then {name} end" if measure["basis"] == "key" else name


if __name__ == "__main__":
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(semantic_layer(), "utf-8")
