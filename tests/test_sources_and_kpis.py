"""A source can be taken away, and a KPI can be added by rows of two seeds, without touching a model."""

import re
import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest
from jinja2 import Template

from connectors import NAMES
from connectors.common.ops import OPS_TABLES
from sandbox.world import World, build_world
from tests.comparison import report
from tests.equality import FITTED
from tests.landing import land
from tests.oracle import kpi_values, leads, mail, orders, social, surveys, web
from tests.oracle.catalogue import KPIS, Kpi
from tests.oracle.state import Truth
from tests.planted_landing import planted_table
from tests.runner import Landing, Project, compiled, run
from tests.runner.compile import DBT_PROJECT
from tests.runner.execution import OPS, OWN, landed_project

AS_OF = datetime(2026, 3, 18, 5, 30, tzinfo=UTC)
LAST_DAY = date(2026, 3, 17)
LAST_PERIODS = {"day": "2026-03-17", "week": "2026-03-16", "month": "2026-03-01", "quarter": "2026-01-01"}
# One load knows one snapshot of a post: what happened between two is nobody's, and missing.
NEEDS_TWO_LOADS = "social_engagements_daily"
# The oracle's area of each source that nobody else can stand in for.
AREAS = {
    "google_analytics": web,
    "hubspot": leads,
    "mailchimp": mail,
    "meta_organic": social,
    "shopify": orders,
    "typeform": surveys,
}


@pytest.fixture(scope="module")
def world() -> World:
    return build_world("small", 2, 7, AS_OF)


@pytest.fixture(scope="module")
def landing(world: World) -> Landing:
    return land(world, AS_OF)


@pytest.fixture(scope="module")
def truth_values(world: World) -> pd.DataFrame:
    """`kpi_values` as the oracle has it."""
    return kpi_values(world, AS_OF)


def _fares(world: World, without: str) -> dict[str, object]:
    """What the orchestration lands about sources of which all but one are configured and loaded to the last day."""
    others = [name for name in NAMES if name not in (without, "files")]
    days = [str(world.history_start + timedelta(days=n)) for n in range((LAST_DAY - world.history_start).days + 1)]
    rows = {
        "source_status": [{"source": name, "is_configured": name in others} for name in NAMES],
        "source_days": [{"source": name, "date": day, "is_loaded": True} for name in others for day in days],
    }
    return {table.name: planted_table(OPS, table.name, rows.get(table.name, [])) for table in OPS_TABLES}


def _values(landing: Landing, project: Project | None = None) -> pd.DataFrame:
    """`kpi_values` after all models were built."""
    with run(landing, AS_OF, project=project) as connection:
        return connection.execute("select * from marts.kpi_values").df()


def _without(landing: Landing, world: World, source: str) -> pd.DataFrame:
    kept = {name: tables for name, tables in landing.items() if name != source}
    return _values({**kept, OPS: _fares(world, source)})


# Each builds all models, 3 s; the fast suite has those that others are joined to.
@pytest.mark.parametrize(
    "source",
    [
        pytest.param(name, marks=[] if name in ("google_analytics", "hubspot", "shopify") else pytest.mark.slow)
        for name in AREAS
    ],
)
def test_a_source_that_is_taken_away_leaves_its_kpis_missing_and_the_others_right(
    world: World, landing: Landing, truth_values: pd.DataFrame, source: str
) -> None:
    truth = Truth(world.tables, AS_OF, world.losses)
    measures = {name for fact in AREAS[source].facts(truth) for name in fact.measures}
    values = _without(landing, world, source)
    gone = [kpi for kpi in KPIS if measures & set(kpi.measures)]
    assert len([kpi for kpi in gone if "total" in kpi.sets]) >= 3
    for kpi in gone:
        _assert_missing(values[values["kpi_id"] == kpi.kpi_id], kpi)
    # Two months are too little to predict anything from.
    for kpi in KPIS:
        if kpi.kpi_id in FITTED:
            _assert_missing(values[values["kpi_id"] == kpi.kpi_id], kpi)
    # Identities are joined over shop, CRM and mail: what counts people of all three may change.
    plain = {
        name
        for area in AREAS.values()
        if area is not AREAS[source]
        for fact in area.facts(truth)
        for name in fact.measures
    }
    stay = [kpi.kpi_id for kpi in KPIS if set(kpi.measures) <= plain and kpi.kpi_id != NEEDS_TWO_LOADS]
    assert len(stay) > 20
    expected = truth_values[truth_values["kpi_id"].isin(stay)]
    assert report(values[values["kpi_id"].isin(stay)], expected) == ""


def _assert_missing(rows: pd.DataFrame, kpi: Kpi) -> None:
    """No row has a value, and the total has a row for the last period of every grain."""
    assert rows["is_missing"].all(), kpi.kpi_id
    assert rows["value"].isna().all(), kpi.kpi_id
    totals = rows[rows["segment_set"] == "total"]
    for grain in kpi.grains if "total" in kpi.sets else ():
        newest = pd.Timestamp(totals[totals["period_grain"] == grain]["period_start"].max())
        assert newest == pd.Timestamp(LAST_PERIODS[grain]), (kpi.kpi_id, grain)


def test_of_two_ad_platforms_one_may_be_taken_away(world: World, landing: Landing) -> None:
    """The other one is all that there is: nothing of ads is missing, and reach, which only Meta tells, is."""
    values = _without(landing, world, "meta_ads")
    spend = values[(values["kpi_id"] == "spend") & (values["segment_set"] == "total")]
    assert not spend["is_missing"].any()
    google = values[(values["kpi_id"] == "spend") & (values["platform"] == "google_ads")]
    by_period = ["period_grain", "period_start"]
    assert spend.set_index(by_period)["value"].sum() == pytest.approx(google.set_index(by_period)["value"].sum())
    assert values[values["kpi_id"] == "reach"]["value"].isna().all()


PAGE = Path(__file__).parents[1] / "docs" / "adding_kpis.md"
ADDED = re.compile(r"^```csv (kpi_\w+)\.csv\n(.*?)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_a_ratio_of_measures_that_exist_is_rows_in_two_seeds(
    landing: Landing, truth_values: pd.DataFrame, tmp_path: Path
) -> None:
    """The rows of docs/adding_kpis.md."""
    copy = tmp_path / "dbt_project"
    shutil.copytree(DBT_PROJECT, copy, ignore=shutil.ignore_patterns("target", "logs"))
    for seed, header, rows in ADDED.findall(PAGE.read_text("utf-8")):
        path = copy / "seeds" / f"{seed}.csv"
        assert path.read_text("utf-8").splitlines()[0] == header
        with path.open("a", encoding="utf-8") as file:
            file.write(rows)
    changed = [
        path.relative_to(copy).name
        for path in copy.rglob("*")
        if path.is_file() and path.read_bytes() != (DBT_PROJECT / path.relative_to(copy)).read_bytes()
    ]
    assert sorted(changed) == ["kpi_definitions.csv", "kpi_terms.csv"]

    databases = tuple(f"{name}_landing" for name in (*NAMES, *OWN))
    with run(landing, AS_OF, project=compiled(copy, databases)) as connection:
        values = connection.execute("select * from marts.kpi_values").df()
        catalogue = connection.execute("select kpi_id from marts.kpi_catalog").df()["kpi_id"]
        assert connection.execute(_sql_of(copy / "tests" / "kpi_seeds_are_complete.sql")).fetchall() == []
    assert "orders_per_session" in set(catalogue)
    # What two months cannot tell yet is missing, and the oracle has no row of it.
    told = set(values.loc[values["value"].notna(), "kpi_id"]) - {"orders_per_session"}
    assert len(told) > 90
    assert report(values[values["kpi_id"].isin(told)], truth_values[truth_values["kpi_id"].isin(told)]) == ""

    keys = ["period_grain", "period_start", "segment_set", "country"]
    found, placed, started = (
        values[(values["kpi_id"] == kpi_id)].set_index(keys)
        for kpi_id in ("orders_per_session", "orders", "web_sessions")
    )
    assert set(found.index.get_level_values("segment_set")) == {"total", "country"}
    whole = {"week", "month", "quarter"}
    assert set(found.index.get_level_values("period_grain")) == whole | {f"{grain}_to_date" for grain in whole}
    assert len(found) > 20
    placed, started = (frame[~frame.index.duplicated()]["value"] for frame in (placed, started))
    ratio = placed.reindex(found.index).fillna(0) / started.reindex(found.index)
    pd.testing.assert_series_equal(found["value"], ratio, check_names=False, rtol=1e-9)


def _sql_of(test: Path) -> str:
    """A test of the build as SQL over the runner's relations."""
    names = {node["name"]: f"{node['schema']}.{node['alias']}" for node in landed_project().nodes.values()}
    macros = (test.parents[1] / "macros" / "year_ago.sql").read_text("utf-8")
    return Template(macros + test.read_text("utf-8")).render(ref=names.__getitem__)
