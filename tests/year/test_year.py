"""A company day by day: restatement, outages and missed ticks, and what its vintages show at the end.

The year takes an hour on two quiet cores (`make year`), its fortnights and months through the real job half of that;
four mornings within two weeks are the same in small (`pytest -m slow tests/year -k fortnight`, half a minute).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from sandbox.world import World, build_world
from tests.everything.company import company
from tests.landing import land
from tests.runner import run
from tests.year.checks import changed_though_settled, foretold, wrongly_provisional
from tests.year.jobs import refresh, spread, warehouse
from tests.year.loads import loads
from tests.year.simulate import Day, live, mornings

LAST = datetime(2026, 3, 18, 5, 30, tzinfo=UTC)
# Told only once: who was not there each day has no series of them.
SNAPSHOTS = ("followers", "followed_engagements", "followers_gained", "engagements_of_the_day")
# Single invoices are paid after weeks, contacts are merged and deleted after months: old days may move at any age.
NEVER_DONE = ("shopify", "hubspot")
MEASURES = f"""
    select measure_id, attribution_basis, period_grain, period_start, segment_set, platform, channel, country, device,
        campaign, source_medium, landing_page, customer_type, cast(value as double) as value
    from measures.measure_values where measure_id not in {SNAPSHOTS}
"""


@dataclass(frozen=True)
class Lived:
    """What a stretch of days left behind. `models`: what was built on the last morning."""

    world: World
    history: Path
    models: duckdb.DuckDBPyConnection


def lived(world: World, days: list[Day], folder: Path) -> Iterator[Lived]:
    history = folder / "history"
    with loads(world, days[0].as_of, folder) as found:
        for day in days[:-1]:
            live(found, day, history).close()
        models = live(found, days[-1], history)
    yield Lived(world, history, models)
    models.close()


def morning(ago: int, *down: str) -> Day:
    as_of = LAST - timedelta(days=ago)
    return Day(as_of, frozenset(down), as_of.weekday() == 0 or as_of == LAST)


@pytest.fixture(scope="module")
def fortnight(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lived]:
    """Two sources are down, a week-end is slept through, the last morning catches up."""
    days = [morning(12), morning(10, "google_analytics", "meta_ads"), morning(6), morning(0)]
    world = build_world(size="small", months=2, seed=7, as_of=LAST)
    yield from lived(world, days, tmp_path_factory.mktemp("fortnight"))


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lived]:
    world = build_world(size="small", months=14, seed=7, as_of=LAST)
    days = list(mornings(LAST - timedelta(days=365), LAST, 7, LAST - timedelta(days=3)))
    yield from lived(world, days, tmp_path_factory.mktemp("year"))


@pytest.fixture(scope="module")
def jobs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lived]:
    """Mornings of the same year, each by the command line: what lies between them is caught up with."""
    world = build_world(size="small", months=14, seed=7, as_of=LAST)
    days = spread(list(mornings(LAST - timedelta(days=365), LAST, 7, LAST - timedelta(days=3))))
    with company(world, days[0].as_of, tmp_path_factory.mktemp("jobs")) as shop:
        for day in days:
            refresh(shop, day, day is days[-1])
        models = warehouse(shop)
        yield Lived(world, shop.home / "history", models)
        models.close()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["fortnight", "year", "jobs"])
class TestEveryDay:
    @pytest.fixture
    def days(self, name: str, request: pytest.FixtureRequest) -> Lived:
        found: Lived = request.getfixturevalue(name)
        return found

    def test_all_periods_come_to_what_a_first_load_of_today_tells(self, days: Lived) -> None:
        with run(land(days.world, LAST), LAST, ["measure_values"]) as fresh:
            expected, found = fresh.execute(MEASURES).df(), days.models.execute(MEASURES).df()
        key = [name for name in found.columns if name != "value"]
        both = found.merge(expected, on=key, how="outer", suffixes=("_found", "_expected"))
        differs = ~((both["value_found"] - both["value_expected"]).abs() < 1e-6)
        assert len(both) > 10_000
        assert both[differs].empty, both[differs].head(20).to_string()

    def test_provisional_is_what_the_windows_of_its_sources_say(self, days: Lived) -> None:
        wrong = wrongly_provisional(days.models, days.history)
        assert wrong.empty, wrong.head(20).to_string()

    def test_what_was_told_as_settled_did_not_move(self, days: Lived) -> None:
        moved = changed_though_settled(days.models, days.history)
        fed = days.models.execute(
            "select distinct measures.measure_id from seeds.measures as measures "
            f"inner join seeds.fact_sources as fed using (fact) where fed.source in {NEVER_DONE}"
        ).df()["measure_id"]
        late = moved[~moved["measure_id"].isin(fed)]
        assert late.empty, late.head(20).to_string()
        # And of those that are never quite done, little: a few orders and contacts.
        orders = moved[moved["measure_id"].eq("orders") & moved["period_grain"].eq("month")]
        assert not ((orders["value"] - orders["before"]).abs() > 0.05 * orders["before"]).any()


@pytest.mark.slow
def test_nine_of_ten_final_values_lie_in_the_interval_that_was_told(year: Lived) -> None:
    """Told each week from what was known then; where nothing was open the interval is a point and proves nothing."""
    cases = foretold(year.history, step_days=7)
    is_open = cases["upper"] - cases["lower"] > 1e-6
    assert is_open.sum() >= 1000
    assert 0.85 <= held(cases[is_open]).mean() <= 0.95


def held(cases: pd.DataFrame) -> pd.Series:
    slack = 1e-6 * cases["final"].abs().clip(lower=1)
    return (cases["final"] >= cases["lower"] - slack) & (cases["final"] <= cases["upper"] + slack)
