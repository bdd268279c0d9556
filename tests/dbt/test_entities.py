"""The macro `entities()` says what `connectors/files/entities.py` declares, and its sources are real."""

import csv
from pathlib import Path
from typing import Any

import jinja2
import pyarrow as pa
import pytest

from connectors import NAMES
from connectors.common.table import DAY, FLAG, INSTANT, MONEY, NUMBER, RATE, TEXT, WHOLE
from connectors.config.manual_kpis import MANUAL_GRAINS, MANUAL_KPIS
from connectors.files.entities import ENTITIES

DBT_PROJECT = Path(__file__).resolve().parents[2] / "dbt_project"
KINDS: dict[str, pa.DataType] = {
    "text": TEXT,
    "whole": WHOLE,
    "number": NUMBER,
    "flag": FLAG,
    "day": DAY,
    "instant": INSTANT,
    "money": MONEY,
    "rate": RATE,
}


@pytest.fixture(scope="module")
def entities() -> dict[str, Any]:
    """What the macro returns."""
    returned: list[Any] = []
    environment = jinja2.Environment(autoescape=False)
    environment.globals["return"] = lambda value: returned.append(value) or ""
    template = environment.from_string((DBT_PROJECT / "macros" / "entities.sql").read_text("utf-8"))
    template.make_module().entities()  # type: ignore[attr-defined]
    return returned[0]


def test_columns_and_kinds_are_those_of_the_connectors(entities: dict[str, Any]) -> None:
    found = {
        name: {column: KINDS[kind] for column, kind in shape["columns"].items()} for name, shape in entities.items()
    }
    assert found == {name: dict(table.columns) for name, table in ENTITIES.items()}


def test_every_staging_model_of_an_entity_is_in_its_union(entities: dict[str, Any]) -> None:
    listed = {(source, name) for name, shape in entities.items() for source in shape["sources"]}
    written = {
        (path.parent.name, path.stem.partition("__")[2])
        for path in (DBT_PROJECT / "models" / "staging").glob("*/stg_*__*.sql")
    }
    assert {source for source, _ in listed} <= set(NAMES)
    assert listed == {(source, name) for source, name in written if name in ENTITIES}


def test_kpis_to_enter_by_hand_are_those_that_only_the_company_can_tell() -> None:
    def seed(name: str) -> list[dict[str, str]]:
        with (DBT_PROJECT / "seeds" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    inputs = {row["measure_id"] for row in seed("measures") if row["fact"] == "inputs"}
    terms: dict[str, dict[str, list[str]]] = {}
    for row in seed("kpi_terms"):
        if row["measure_id"] in inputs:
            assert float(row["weight"]) == 1, "what is entered is the measure itself"
            terms.setdefault(row["kpi_id"], {}).setdefault(row["part"], []).append(row["measure_id"])
    assert {kpi: "den" in parts for kpi, parts in terms.items()} == MANUAL_KPIS
    assert all(len(measures) == 1 for parts in terms.values() for measures in parts.values())
    grains = {row["kpi_id"]: tuple(row["grains"].split()) for row in seed("kpi_definitions")}
    assert {grains[kpi] for kpi in terms} == {MANUAL_GRAINS}
