"""What is published says what it is: contracts, columns in words, and the measures of the stage tables."""

import csv
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
import yaml

from orchestration.serving.publish import DATA_QUALITY, PUBLISH_INFO

DBT_PROJECT = Path(__file__).resolve().parents[2] / "dbt_project"
MARTS = DBT_PROJECT / "models" / "marts"
# serving.md, "Published tables"; what publish itself makes is in `MADE`.
PUBLISHED = {
    *("kpi_values", "kpi_catalog", "kpi_goals", "kpi_changes", "kpi_actions"),
    *("awareness_daily", "consideration_daily", "conversion_daily", "loyalty_monthly"),
    *("fct_orders", "fct_order_lines", "fct_refunds", "fct_leads", "fct_deals", "fct_ad_performance_daily"),
    *("fct_web_sessions_daily", "fct_email_campaigns", "fct_social_posts", "fct_survey_responses", "fct_costs"),
    *("dim_customer", "dim_campaign", "dim_channel", "dim_date", "source_status"),
}
MADE = {"data_quality": DATA_QUALITY, "publish_info": PUBLISH_INFO}
STAGE_TABLES = {
    "awareness": "awareness_daily",
    "consideration": "consideration_daily",
    "conversion": "conversion_daily",
    "loyalty": "loyalty_monthly",
}
# Decimals that are no amounts of money.
NO_AMOUNTS = {"claimed_orders", "weight", "position_sum", "nki_sum", "nki_squares", "csat_sum", "csat_squares"}


@cache
def models() -> dict[str, dict[str, Any]]:
    """The marts by name, as their YAML tells them."""
    return {
        model["name"]: model
        for path in MARTS.rglob("*.yml")
        for model in yaml.safe_load(path.read_text("utf-8")).get("models", [])
    }


@cache
def additive_measures() -> frozenset[str]:
    """What the macro `additive_facts()` lists: measures that add up over days and segments."""
    returned: list[Any] = []
    environment = jinja2.Environment(autoescape=False)
    environment.globals["return"] = lambda value: returned.append(value) or ""
    module = environment.from_string((DBT_PROJECT / "macros" / "measures.sql").read_text("utf-8"))
    module.make_module().additive_facts()  # type: ignore[attr-defined]
    return frozenset(name for fact in returned[0].values() for name in fact["measures"])


def seed(name: str) -> list[dict[str, str]]:
    with (DBT_PROJECT / "seeds" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_everything_that_is_promised_is_published() -> None:
    assert PUBLISHED - set(models()) == set()


def test_every_published_column_is_typed_and_described() -> None:
    silent = [
        f"{name}.{column['name']}"
        for name, model in models().items()
        for column in model["columns"]
        if not column.get("description") or not column.get("data_type")
    ]
    silent += [
        f"{name}.{field.name}"
        for name, schema in MADE.items()
        for field in schema
        if not (field.metadata or {}).get(b"description")
    ]
    assert silent == []


def test_every_amount_says_its_currency() -> None:
    silent = [
        f"{name}.{column['name']}"
        for name, model in models().items()
        for column in model["columns"]
        if column["data_type"].startswith("decimal") and column["name"] not in NO_AMOUNTS
        if "currenc" not in column["description"]
    ]
    assert silent == []


def test_a_stage_table_has_every_additive_measure_of_its_kpis() -> None:
    stage_of = {row["kpi_id"]: row["stage"] for row in seed("kpi_definitions")}
    columns = {
        stage: {column["name"] for column in models()[table]["columns"]} for stage, table in STAGE_TABLES.items()
    }
    missing = {
        f"{STAGE_TABLES[stage]}.{row['measure_id']}"
        for row in seed("kpi_terms")
        if (stage := stage_of[row["kpi_id"]]) in STAGE_TABLES
        and row["measure_id"] in additive_measures()
        and row["measure_id"] not in columns[stage]
    }
    assert missing == set()


def test_every_number_of_a_stage_table_adds_up() -> None:
    """A pivot sums whatever it finds: no ratio, no distinct people, no stock may be among them."""
    adds_up: dict[str, set[str]] = {}
    for row in seed("measures"):
        adds_up.setdefault(row["measure_id"], set()).add(f"{row['additivity']} {row['time_rule']}")
    wrong = {
        f"{table}.{column['name']}": sorted(adds_up.get(column["name"], {"no measure"}))
        for table in STAGE_TABLES.values()
        for column in models()[table]["columns"]
        if column["data_type"] not in ("date", "varchar")
        if adds_up.get(column["name"]) != {"A sum"}
    }
    assert wrong == {}


def test_dimensions_of_a_stage_table_are_its_key_and_never_null() -> None:
    """A null in a dimension would be a group of its own, or fall out of a filter."""
    for table in STAGE_TABLES.values():
        columns = models()[table]["columns"]
        key = {"date", "month", *(column["name"] for column in columns if column["data_type"] == "varchar")}
        [grain] = [test["grain_is"]["arguments"]["columns"] for test in models()[table]["data_tests"]]
        assert set(grain) == key & {column["name"] for column in columns}
        nullable = [
            c["name"] for c in columns if c["name"] in key and {"type": "not_null"} not in c.get("constraints", [])
        ]
        assert nullable == []
