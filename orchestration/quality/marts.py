"""The gate between the warehouse and what is published."""

from datetime import date
from importlib import import_module
from importlib.util import find_spec

import connectors
from orchestration.building.manifest import Project
from orchestration.quality.runner import validate
from orchestration.quality.suite import Rule, Sums, Unique
from orchestration.records import GateRecord
from orchestration.run import Run

KPI_KEY = (
    *("kpi_id", "kpi_version", "period_grain", "period_start", "segment_set", "platform", "channel", "source_medium"),
    *("campaign", "country", "device", "landing_page", "customer_type", "attribution_basis", "date_basis", "currency"),
)

# The class of the KPIs that are known by day.
DAILY_CLASS = "operational"


def marts_gate(run: Run, project: Project) -> GateRecord:
    """Grain, keys and ranges of `kpi_values`, and marts against landing. Raises GateBrokenError if it cannot run."""
    marts = {node["alias"]: f"warehouse.{node['schema']}.{node['alias']}" for node in project.published}
    values = marts["kpi_values"]
    unique = [Unique("kpi_values", f"select {', '.join(KPI_KEY)} from {values}", KPI_KEY)]
    sums = [item for name in connectors.NAMES for item in _sums(name) if item.table in marts]
    files = {
        "warehouse": run.home.warehouse,
        **{f"{name}_landing": run.home.landing(name) for name in sorted({item.source for item in sums})},
    }
    built = {name for record in run.records.read("classes") for name in record["classes"]}
    rules = kpi_rules(values, run.last_day, DAILY_CLASS in built)
    rules += [_in_equals_out(item, marts[item.table]) for item in sums]
    return GateRecord("marts", validate(files, unique, rules))


def kpi_rules(values: str, last_day: date, has_last_day: bool) -> list[Rule]:
    """What holds for `kpi_values` whatever the KPI. `has_last_day`: a run that built no KPIs of days adds no day."""
    rules = [
        Rule(
            "keys are there",
            "kpi_values",
            f"select kpi_id from {values} where {' or '.join(f'{column} is null' for column in KPI_KEY)}",
        ),
        Rule("values are finite", "kpi_values", f"select kpi_id from {values} where not isfinite(value)"),
        Rule(
            "no period starts after the last complete day",
            "kpi_values",
            f"select kpi_id || ' ' || period_start from {values} where period_start > date '{last_day}'",
        ),
    ]
    if has_last_day:
        rules.append(
            Rule(
                "there are values of the last complete day",
                "kpi_values",
                f"select 'until ' || max(period_start) from {values} where period_grain = 'day' "
                f"having max(period_start) < date '{last_day}'",
                f"a row for {last_day}",
            )
        )
    return rules


def _sums(source: str) -> list[Sums]:
    name = f"orchestration.quality.{source}"
    return list(getattr(import_module(name), "SUMS", ())) if find_spec(name) else []


def _in_equals_out(item: Sums, mart: str) -> Rule:
    """One row where what landed and what is published differ."""
    return Rule(
        item.name,
        item.table,
        f"select 'landed ' || landed || ', published ' || published from "
        f"(select ({item.landed}) as landed, ({item.published.format(mart=mart)}) as published) "
        f"where abs(coalesce(landed, 0) - coalesce(published, 0)) > {item.tolerance}",
        f"equal within {item.tolerance}",
    )
