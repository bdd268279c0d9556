"""A walk over the catalogue: each KPI has terms, models that make its measures, a test and a figure of the oracle."""

import csv
import re
from collections import defaultdict
from functools import cache
from pathlib import Path

import pytest
import yaml

from orchestration.kpi_page import trap
from tests.oracle.catalogue import KPIS

ROOT = Path(__file__).resolve().parents[1]
MODELS = ROOT / "dbt_project" / "models"
# Tests that go over all KPIs say nothing about a single one.
OVER_ALL = {"test_catalogue_walk.py", "test_oracle_equality.py"}


def seed(name: str) -> list[dict[str, str]]:
    with (ROOT / "dbt_project" / "seeds" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


DEFINITIONS = seed("kpi_definitions")
IDS = sorted({row["kpi_id"] for row in DEFINITIONS})


@cache
def measures_of() -> dict[str, set[str]]:
    """KPI → the measures above and below its line."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for row in seed("kpi_terms"):
        if row["part"] in ("num", "den"):
            found[row["kpi_id"]].add(row["measure_id"])
    return found


@cache
def made_by() -> dict[str, set[str]]:
    """Measure → models that name it: those that bring measures in, not those that read all of them."""
    texts = {path.stem: path.read_text("utf-8") for path in (MODELS / "measures").rglob("*.sql")}
    words = {model: set(re.findall(r"\w+", text)) for model, text in texts.items()}
    found: defaultdict[str, set[str]] = defaultdict(set)
    for row in seed("measures"):
        measure, fact = row["measure_id"], row["fact"]
        if fact == "inputs":  # what is entered becomes the measure whose name it bears
            found[measure].add("given_measures")
        stem = re.sub(r"\d+$", "", measure)  # ages of cohorts come from a loop
        found[measure] |= {model for model, known in words.items() if {measure, stem} & known}
    return found


@cache
def words_of_tests() -> set[str]:
    """Words of tests by hand, and of what unit tests of the models expect or say."""
    files = [*(ROOT / "tests").glob("*.py"), *(ROOT / "tests" / "realdata").glob("*.py")]
    texts = [path.read_text("utf-8") for path in files if path.name not in OVER_ALL]
    for path in MODELS.rglob("*.yml"):
        for test in (yaml.safe_load(path.read_text("utf-8")) or {}).get("unit_tests", []):
            texts.append(f"{test['expect']} {test.get('description', '')}")
    return {word for text in texts for word in re.findall(r"\w+", text)}


@pytest.mark.parametrize("kpi_id", IDS)
def test_a_kpi_is_whole(kpi_id: str) -> None:
    measures = measures_of().get(kpi_id, set())
    assert measures, "it has no terms in kpi_terms"
    # A measure of the year before is one of this year, read at another period.
    unmade = {measure for measure in measures if not made_by()[measure.removesuffix("_year_ago")]}
    assert not unmade, f"no model of dbt_project/models/measures makes {unmade}"
    assert kpi_id in {kpi.kpi_id for kpi in KPIS}, "the oracle has no figure of it: tests/oracle/catalogue.py"
    untested = {measure for measure in measures if measure not in words_of_tests()}
    assert kpi_id in words_of_tests() or not untested, f"no test by hand names it or its measures {untested}"
    assert trap(kpi_id)


def test_the_catalogue_is_as_wide_as_it_was() -> None:
    """Shrinking it is a decision, not an accident."""
    assert len(IDS) >= 132
    assert {kpi.kpi_id for kpi in KPIS} == set(IDS)
    used = {measure for measures in measures_of().values() for measure in measures}
    counted = {row["measure_id"] for row in seed("kpi_terms") if row["part"] in ("n", "sumsq")}
    idle = {row["measure_id"] for row in seed("measures")} - used - counted
    assert not idle, "measures that no KPI reads"


def test_the_walk_sees_what_is_missing() -> None:
    assert "nobody_makes_this" not in made_by()
    assert "nobody_tests_this" + "_measure" not in words_of_tests()
    with pytest.raises(ValueError, match="has no trap"):
        trap("zzz")
