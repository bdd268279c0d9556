"""The gate between the warehouse and what is published."""

from orchestration.manifest import Project
from orchestration.quality.runner import validate
from orchestration.quality.suite import Rule, Unique
from orchestration.records import GateRecord
from orchestration.run import Run

KPI_KEY = (
    *("kpi_id", "kpi_version", "period_grain", "period_start", "segment_set", "platform", "channel", "source_medium"),
    *("campaign", "country", "device", "landing_page", "customer_type", "attribution_basis", "date_basis", "currency"),
)


def marts_gate(run: Run, project: Project) -> GateRecord:
    """Grain, keys and ranges of `kpi_values`, and marts against landing. Raises GateBrokenError if it cannot run."""
    relations = {node["alias"]: f"warehouse.{node['schema']}.{node['alias']}" for node in project.published}
    values = relations["kpi_values"]
    unique = [Unique("kpi_values", f"select {', '.join(KPI_KEY)} from {values}", KPI_KEY)]
    rules = [
        Rule(
            "keys are there",
            "kpi_values",
            f"select kpi_id from {values} where {' or '.join(f'{column} is null' for column in KPI_KEY)}",
        ),
        Rule(
            "values are finite numbers",
            "kpi_values",
            f"select kpi_id from {values} where value is not null and not isfinite(value)",
        ),
        Rule(
            "there are KPIs of the last complete day",
            "kpi_values",
            f"select 'until ' || max(period_start) from {values} where period_grain = 'day' "
            f"having max(period_start) < date '{run.last_day}'",
            f"a row for {run.last_day}",
        ),
        Rule(
            "nothing lies after the last complete day",
            "kpi_values",
            f"select kpi_id from {values} where period_start > date '{run.last_day}'",
        ),
    ]
    return GateRecord("marts", validate({"warehouse": run.home.warehouse}, unique, rules))
