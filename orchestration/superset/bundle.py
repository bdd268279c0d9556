"""The bundle's files: what the project says of tables, columns and KPIs, in the form that Superset imports."""

import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any

import yaml

from orchestration.building.manifest import Node, Project
from orchestration.building.seeds import newest_definitions
from orchestration.semantic_layer import semantic_layer
from orchestration.superset.charts import charts, uuid_of
from orchestration.superset.dashboard import dashboard
from orchestration.superset.stages import STAGES

DATABASE = "Nyckeltal"
ROOT = "nyckeltal"
# Fixed, so that the same catalogue gives the same file.
WRITTEN_AT = (2026, 1, 1, 0, 0, 0)
TIMESTAMP = "2026-01-01T00:00:00+00:00"

# Months that have ended, of the whole company, in the newest version of each KPI.
KPI_MONTHS = """\
select
    kpi_values.kpi_id, kpi_catalog.label, kpi_catalog.stage, kpi_catalog.unit, kpi_values.period_start,
    kpi_values.numerator, kpi_values.denominator, kpi_values.value, kpi_values.previous_value,
    kpi_values.previous_year_value, kpi_values.target_value, kpi_values.status,
    case when kpi_values.period_start = max(kpi_values.period_start) over () then 1 else 0 end as is_latest
from {schema}.kpi_values
join {schema}.kpi_catalog
    on kpi_catalog.kpi_id = kpi_values.kpi_id and kpi_catalog.kpi_version = kpi_values.kpi_version
where
    kpi_values.period_grain = 'month' and kpi_values.segment_set = 'total' and not kpi_values.is_open_period
    and kpi_values.kpi_version = (
        select max(newest.kpi_version) from {schema}.kpi_catalog as newest where newest.kpi_id = kpi_values.kpi_id
    )
"""
KPI_MONTHS_TYPES = {
    **dict.fromkeys(("kpi_id", "label", "stage", "unit", "status"), "VARCHAR"),
    "period_start": "DATE",
    **dict.fromkeys(
        ("numerator", "denominator", "value", "previous_value", "previous_year_value", "target_value"), "DOUBLE"
    ),
    "is_latest": "INTEGER",
}


def bundle(project: Project, database: str, schema: str) -> bytes:
    """A zip file. `database`: a SQLAlchemy address without a password, in which `schema` holds the marts."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, page in _files(project, database, schema):
            text = yaml.safe_dump(page, sort_keys=False, allow_unicode=True, width=120)
            archive.writestr(zipfile.ZipInfo(f"{ROOT}/{name}", WRITTEN_AT), text)
    return content.getvalue()


def _files(project: Project, database: str, schema: str) -> Iterator[tuple[str, dict[str, Any]]]:
    yield "metadata.yaml", {"version": "1.0.0", "type": "Dashboard", "timestamp": TIMESTAMP}
    yield f"databases/{DATABASE}.yaml", _database(database)
    nodes = {str(node["alias"]): node for node in project.published}
    metrics = _kpi_metrics()
    yield f"datasets/{DATABASE}/kpi_months.yaml", _kpi_months(schema)
    for stage in STAGES.values():
        yield f"datasets/{DATABASE}/{stage.table}.yaml", _wide(nodes[stage.table], stage.day, metrics, schema)
    by_stage = charts({kpi_id: row["label"] for kpi_id, row in newest_definitions().items()})
    for chart in (chart for found in by_stage.values() for chart in found):
        name = re.sub(r"\W+", "_", chart.name).strip("_")
        yield f"charts/{name}.yaml", chart.as_yaml(uuid_of("chart", chart.name), uuid_of("dataset", chart.dataset))
    yield "dashboards/Nyckeltal.yaml", dashboard(by_stage)


def _database(address: str) -> dict[str, Any]:
    is_duckdb = address.startswith("duckdb")
    return {
        "database_name": DATABASE,
        "sqlalchemy_uri": address,
        "expose_in_sqllab": True,
        "allow_dml": False,
        # Whoever opens the file for writing keeps everybody else out of it.
        "extra": {"engine_params": {"connect_args": {"read_only": True}}} if is_duckdb else {},
        "uuid": uuid_of("database", DATABASE),
        "version": "1.0.0",
    }


def _kpi_months(schema: str) -> dict[str, Any]:
    columns = [_column(name, kind, "") for name, kind in KPI_MONTHS_TYPES.items()]
    metric = {"metric_name": "value_of_month", "verbose_name": "Value", "expression": "max(value)"}
    description = "KPIs by month, of the whole company. Choose one KPI: one row per KPI and month, never to be added."
    page = _dataset("kpi_months", description, "period_start", columns, [metric], schema)
    return {**page, "sql": KPI_MONTHS.format(schema=schema)}


def _wide(node: Node, day: str, kpis: dict[str, dict[str, Any]], schema: str) -> dict[str, Any]:
    """A stage table: a sum for each measure, and each KPI that its measures can tell, divided last."""
    columns = [_column(name, found["data_type"], found["description"]) for name, found in node["columns"].items()]
    measures = {name: found for name, found in node["columns"].items() if _is_measure(found["data_type"])}
    sums = [
        {
            "metric_name": f"sum_{name}",
            "verbose_name": name.replace("_", " ").capitalize(),
            "expression": f"sum({name})",
            "description": found["description"],
        }
        for name, found in measures.items()
    ]
    ratios = [
        {
            "metric_name": name,
            "verbose_name": kpi["label"],
            "expression": expression,
            "description": kpi["description"],
        }
        for name, kpi in kpis.items()
        if (expression := _expression(kpi, set(measures)))
    ]
    return _dataset(node["alias"], node["description"], day, columns, [*sums, *ratios], schema)


def _is_measure(kind: str) -> bool:
    """Whether a column of a stage table is a number to be added up."""
    return kind == "bigint" or kind.startswith("decimal")


def _expression(kpi: dict[str, Any], measures: set[str]) -> str | None:
    """A ratio's formula over sums of columns; None for a plain sum, and where a measure is not among them."""
    used = re.findall(r"\bsum_(\w+)", kpi["type_params"]["expr"])
    if "nullif" not in kpi["type_params"]["expr"] or set(used) - measures:
        return None
    formula = re.sub(r"\bsum_(\w+)", r"sum(\1)", kpi["type_params"]["expr"])
    return formula.replace("as double)", "as double precision)")


def _dataset(
    name: str, description: str, day: str, columns: list[dict[str, Any]], metrics: list[dict[str, Any]], schema: str
) -> dict[str, Any]:
    return {
        "table_name": name,
        "schema": schema,
        "description": " ".join(description.split()),
        "main_dttm_col": day,
        "columns": columns,
        "metrics": metrics,
        "uuid": uuid_of("dataset", name),
        "version": "1.0.0",
        "database_uuid": uuid_of("database", DATABASE),
    }


def _column(name: str, kind: str, description: str) -> dict[str, Any]:
    is_text = kind.lower() == "varchar"
    return {
        "column_name": name,
        "type": kind.upper(),
        "is_dttm": kind.lower() in ("date", "timestamp"),
        "groupby": is_text or kind.lower() == "date",
        "filterable": True,
        "description": " ".join(description.split()),
    }


def _kpi_metrics() -> dict[str, dict[str, Any]]:
    """KPIs that any query may compute by adding up and dividing last, as the semantic layer lists them."""
    page = yaml.safe_load(semantic_layer())
    return {metric["name"]: metric for metric in page["metrics"] if metric["type"] == "derived"}
