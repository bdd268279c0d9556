"""The macro `entities()` says what `connectors/files/entities.py` declares, and its sources are real."""

from pathlib import Path
from typing import Any

import jinja2
import pyarrow as pa
import pytest

from connectors import NAMES
from connectors.common.table import DAY, FLAG, INSTANT, MONEY, NUMBER, RATE, TEXT, WHOLE
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
