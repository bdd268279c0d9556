"""The simulated company's ads through server, connector and staging: what lands is the truth, whatever happens."""

from datetime import date, timedelta
from typing import Any

import pandas as pd
import pytest

from connectors.common.errors import CredentialsRejectedError, UnexpectedAnswerError
from connectors.common.privacy import Hasher
from connectors.meta_ads import SOURCE, api
from sandbox.server import Sandbox
from sandbox.vendors.meta_ads import MetaAds
from sandbox.world import World
from tests.connectors.conftest import AS_OF, Landing, serve
from tests.connectors.staging import staged

EARLIER = AS_OF - timedelta(days=20)
LAST_DAY = pd.Timestamp("2026-03-17")
MONEY = {"spend_amount": "spend_micros", "platform_value_amount": "value_micros"}
COUNTS = {
    "impressions": "impressions",
    "clicks": "clicks",
    "clicks_all": "clicks_all",
    "engagements": "engagements",
    "video_views": "video_views",
    "video_starts": "video_starts",
    "video_completions": "video_completions",
}
FAULTS = (
    *("throttle", "throttle_retry_after", "error_200", "server_error", "truncated", "not_json", "down"),
    *("duplicate_page", "moving_row", "unknown_column"),
)
Rows = dict[str, list[tuple[Any, ...]]]


def landed(landing: Landing) -> Rows:
    return {
        table.name: landing.rows(f"select {', '.join(table.columns)} from raw_meta_ads.{table.name} order by all")
        for table in SOURCE.tables
    }


@pytest.fixture(scope="module")
def fresh(small_world: World, tmp_path_factory: pytest.TempPathFactory) -> Landing:
    """One undisturbed load."""
    landing = Landing(tmp_path_factory.mktemp("fresh") / "source.duckdb", Hasher(b"test-key"))
    with pytest.MonkeyPatch.context() as patch:
        serve(small_world, patch)
        landing.refresh(SOURCE)
    return landing


@pytest.fixture(scope="module")
def expected(fresh: Landing) -> Rows:
    return landed(fresh)


@pytest.fixture(scope="module")
def models(fresh: Landing, tmp_path_factory: pytest.TempPathFactory) -> dict[str, pd.DataFrame]:
    return staged(SOURCE, fresh.path, AS_OF, tmp_path_factory.mktemp("staged"))


def truth(world: World, table: str, day: str = "date") -> pd.DataFrame:
    """Meta's rows up to the last day that is asked for; text and days as staging has them."""
    rows = world.tables[table]
    rows = rows[(rows["account_id"] == "333333333") & (rows[day] <= LAST_DAY)].rename(columns={day: "date"})
    texts = rows.select_dtypes("category").columns
    return rows.astype(dict.fromkeys(texts, object))


def claims(world: World, keys: list[str]) -> pd.DataFrame:
    rows = truth(world, "claims", "click_date")
    rows = rows[rows["reported_at"] <= pd.Timestamp(AS_OF).tz_localize(None)]
    sales = rows[rows["action"] == "purchase"].groupby(keys)["value_micros"]
    return pd.DataFrame({"platform_orders": sales.size(), "value_micros": sales.sum()})


def assert_same(got: pd.DataFrame, wanted: pd.DataFrame, keys: list[str]) -> None:
    """Same keys, and every column of `wanted` equal."""
    got = got.assign(date=pd.to_datetime(got["date"])).set_index(keys).sort_index()
    wanted = wanted.sort_index()
    assert list(got.index) == list(wanted.index)
    for column in wanted.columns:
        left, right = got[column].astype(float), wanted[column].astype(float)
        assert (left - right).abs().max() < 1e-9, column


def delivered(world: World, keys: list[str]) -> pd.DataFrame:
    sums = truth(world, "ad_delivery").groupby(keys)[[*COUNTS.values(), "spend_micros"]].sum()
    sums = sums.join(claims(world, keys)).fillna(0)
    money = {name: sums[micros] / 1e6 for name, micros in MONEY.items()}
    return sums.assign(**money).drop(columns=list(MONEY.values()))


def test_campaign_days_are_the_truth(models: dict[str, pd.DataFrame], small_world: World) -> None:
    keys = ["date", "campaign_id"]
    got = models["ad_performance_daily"]
    assert_same(got, delivered(small_world, keys), keys)
    assert set(got["currency"]) == {"USD"}
    assert set(got["time_zone"]) == {"America/Los_Angeles"}
    names = small_world.tables["campaigns"].set_index("campaign_id")
    assert (got["campaign_name"].to_numpy() == names["name"].loc[got["campaign_id"]].to_numpy()).all()
    assert (got["campaign_type"].to_numpy() == names["campaign_type"].astype(str).loc[got["campaign_id"]]).all()


@pytest.mark.parametrize("breakdown", ["country", "device"])
def test_breakdowns_are_the_truth(models: dict[str, pd.DataFrame], small_world: World, breakdown: str) -> None:
    got = models["ad_breakdowns_daily"]
    keys = ["date", "campaign_id", breakdown]
    assert_same(got[got["breakdown"] == breakdown], delivered(small_world, keys), keys)


def test_ages_and_genders_are_the_truth(models: dict[str, pd.DataFrame], small_world: World) -> None:
    got = models["ad_breakdowns_daily"]
    keys = ["date", "campaign_id", "age", "gender"]
    sums = truth(small_world, "ad_demographics").set_index(keys)
    sums = sums.assign(spend_amount=sums["spend_micros"] / 1e6)
    wanted = sums[["impressions", "clicks", "clicks_all", "spend_amount"]]
    assert_same(got[got["breakdown"] == "age_gender"], wanted, keys)


def test_a_sale_counts_once_though_it_comes_under_three_names(
    models: dict[str, pd.DataFrame], small_world: World, fresh: Landing
) -> None:
    got = models["ad_conversions_daily"]
    sales = claims(small_world, ["account_id"])
    purchases = got[got["platform_action"] == "purchase"]
    assert purchases["conversions"].sum() == sales["platform_orders"].iloc[0]
    assert float(purchases["value_amount"].sum()) == pytest.approx(sales["value_micros"].iloc[0] / 1e6, abs=1e-6)
    rows = truth(small_world, "claims", "click_date")
    leads = rows[(rows["action"] == "lead") & (rows["reported_at"] <= pd.Timestamp(AS_OF).tz_localize(None))]
    assert got[got["platform_action"] == "lead"]["conversions"].sum() == len(leads) > 0
    assert fresh.rows(
        "select count(distinct action_type) from raw_meta_ads.campaign_actions_daily where action_type like '%purchase'"
    ) == [(3,)]


def test_ad_days_add_up_to_campaign_days(fresh: Landing) -> None:
    sums = "sum(impressions), sum(spend_amount), sum(omni_purchases), sum(omni_purchase_value_amount)"
    by_ad = fresh.rows(f"select date, campaign_id, {sums} from raw_meta_ads.ads_daily group by all order by all")
    assert by_ad == fresh.rows(
        f"select date, campaign_id, {sums} from raw_meta_ads.campaigns_daily group by all order by all"
    )


def test_reach_is_the_number_of_people_in_each_period(models: dict[str, pd.DataFrame], small_world: World) -> None:
    seen = truth(small_world, "exposures")
    starts = {
        "day": seen["date"],
        "week": seen["date"] - pd.to_timedelta(seen["date"].dt.weekday, unit="D"),
        "month": seen["date"].dt.to_period("M").dt.start_time,
        "quarter": seen["date"].dt.to_period("Q").dt.start_time,
    }
    scopes = {"account": [], "campaign": ["campaign_id"], "ad_set": ["campaign_id", "ad_group_id"]}
    got = models["ad_reach"].set_index(["period_grain", "level", "period_start", "campaign_id", "ad_set_id"])["reach"]
    wanted = {}
    # weeks, months and quarters that began before history have days of which the world knows nothing
    for grain, start in starts.items():
        for level, keys in scopes.items():
            people = seen.assign(start=start).groupby(["start", *keys])["person_no"].nunique()
            for index, count in people.items():
                first, *ids = index if isinstance(index, tuple) else (index,)
                wanted[grain, level, first, *(*ids, "(all)", "(all)")[:2]] = count
    assert {key: int(value) for key, value in got.items()} == wanted


def test_two_loads_equal_one(sandbox: Sandbox, landing: Landing, expected: Rows) -> None:
    sandbox.as_of = EARLIER
    landing.refresh(SOURCE, EARLIER)
    before = landed(landing)
    sandbox.as_of = AS_OF
    landing.refresh(SOURCE)
    assert landed(landing) == expected
    assert sum(len(rows) for rows in before.values()) < sum(len(rows) for rows in expected.values())


def test_a_third_load_changes_nothing(sandbox: Sandbox, landing: Landing, expected: Rows) -> None:
    landing.refresh(SOURCE)
    landing.refresh(SOURCE)
    assert landed(landing) == expected
    assert not landing.refresh(SOURCE).is_changed


def test_a_backfill_of_past_days_leaves_their_periods_whole(sandbox: Sandbox, landing: Landing, expected: Rows) -> None:
    landing.refresh(SOURCE)
    landing.refresh(SOURCE, date_from=date(2026, 2, 3), date_to=date(2026, 2, 5))
    # the quarter is open: a backfill cannot know its last day and stops a day short, the next load mends it
    assert [row for row in landed(landing)["reach"] if row[1] != "quarter"] == [
        row for row in expected["reach"] if row[1] != "quarter"
    ]
    landing.refresh(SOURCE)
    assert landed(landing) == expected


def test_a_vanished_day_is_emptied(sandbox: Sandbox, landing: Landing, expected: Rows) -> None:
    landing.refresh(SOURCE)
    sandbox.faults.add("meta_ads", "vanished_day", path="/insights", day=date(2026, 3, 10))
    landing.refresh(SOURCE)
    for table in ("campaigns_daily", "ads_daily", "campaign_age_gender_daily", "campaign_actions_daily"):
        assert landed(landing)[table] == [row for row in expected[table] if row[0] != date(2026, 3, 10)]
    days = landing.rows("select count(*) from raw_meta_ads.reach where period_id = 'day:2026-03-10'")
    assert days == [(0,)]


def test_faults_along_the_way_end_in_the_same_rows(
    sandbox: Sandbox, landing: Landing, expected: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connectors.common.meta_graph.time.sleep", lambda _: None)
    monkeypatch.setattr(api, "PAGE_SIZE", 200)  # several pages of a small world
    for place, kind in enumerate(FAULTS, start=1):
        sandbox.faults.add("meta_ads", kind, path="/insights", after=2 * place)
    landing.refresh(SOURCE)
    assert landed(landing) == expected
    assert all(fault.times == 0 for fault in sandbox.faults._faults)


def test_campaigns_that_ended_are_asked_for_too(sandbox: Sandbox, landing: Landing, expected: Rows) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(api, "_STATUSES_BY_LEVEL", {})
        landing.refresh(SOURCE)
    assert len(landed(landing)["campaigns_daily"]) < len(expected["campaigns_daily"])


def test_an_expired_or_refused_token_and_a_changed_type_end_in_one_clear_error(
    sandbox: Sandbox, landing: Landing
) -> None:
    for kind in ("expired_token", "bad_credentials"):
        sandbox.faults.add("meta_ads", kind, path="/insights", after=3)
        with pytest.raises(CredentialsRejectedError, match=r"access_token.*SOURCES__META_ADS__ACCESS_TOKEN") as error:
            landing.refresh(SOURCE)
        assert MetaAds.token not in str(error.value)
        sandbox.faults.clear()
    sandbox.faults.add("meta_ads", "changed_type", path="/insights", after=3)
    with pytest.raises(UnexpectedAnswerError, match="has changed its shape"):
        landing.refresh(SOURCE)
