"""What the layers may read: the shape of the project that keeps numbers right."""

import re
from pathlib import Path

import yaml

DBT_PROJECT = Path(__file__).resolve().parents[2] / "dbt_project"
MODELS = {path.stem: path for path in (DBT_PROJECT / "models").rglob("*.sql")}
# Counts of distinct people (additivity N) as the platforms gave them.
PEOPLE_COLUMNS = ("total_users", "active_users", "new_users", "reach", "buyers", "users", "users_any")


def refs(model: str) -> set[str]:
    return set(re.findall(r"ref\('(\w+)'\)", MODELS[model].read_text("utf-8")))


def test_distinct_people_have_one_reader_and_it_adds_nothing_up() -> None:
    people = {"int_web_people__unioned", "int_ad_reach__unioned"}
    # The channel map reads the labels in it, no counts.
    readers = {model for model in MODELS if refs(model) & people}
    assert readers == {"mv_people", "int_channels__by_text"}
    assert "sum(" not in MODELS["mv_people"].read_text("utf-8")
    for model in readers - {"mv_people"}:
        text = MODELS[model].read_text("utf-8")
        assert not [column for column in PEOPLE_COLUMNS if re.search(rf"\b{column}\b", text)]


def test_vendors_end_at_staging() -> None:
    staging = DBT_PROJECT / "models" / "staging"
    vendors = {path.name for path in staging.iterdir() if path.is_dir()} - {"config", "ops", "models"}
    for model, path in MODELS.items():
        if staging not in path.parents:
            text = path.read_text("utf-8")
            assert not [name for name in vendors if f"stg_{name}__" in text or f"raw_{name}" in text], model


def test_no_kpi_has_a_name_in_the_engine() -> None:
    header, *rows = (DBT_PROJECT / "seeds" / "kpi_definitions.csv").read_text("utf-8").splitlines()
    assert header.startswith("kpi_id,")
    # Some ids are also measures or everyday words: what counts is that no model compares a kpi_id with a literal.
    kpis = {row.partition(",")[0] for row in rows}
    assert len(kpis) > 60
    for model, path in MODELS.items():
        compared = re.findall(r"kpi_id\s*(?:=|in|<>)\s*\(?'(\w+)'", path.read_text("utf-8"))
        assert not set(compared) & kpis, model


def test_every_model_outside_staging_says_what_it_is() -> None:
    staging = DBT_PROJECT / "models" / "staging"
    described = {
        model["name"]
        for path in (DBT_PROJECT / "models").rglob("*.yml")
        for model in (yaml.safe_load(path.read_text("utf-8")) or {}).get("models", [])
        if model.get("description")
    }
    assert {model for model, path in MODELS.items() if staging not in path.parents} - described == set()


def test_everything_published_has_an_enforced_contract() -> None:
    marts = DBT_PROJECT / "models" / "marts"
    enforced = {
        model["name"]
        for path in marts.rglob("*.yml")
        for model in yaml.safe_load(path.read_text("utf-8"))["models"]
        if model["config"]["contract"]["enforced"]
    }
    assert {path.stem for path in marts.rglob("*.sql")} == enforced
