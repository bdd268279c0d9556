"""The simulated ad accounts through server, connector and staging: what lands is the truth, whatever happens."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from connectors.common.errors import CredentialsRejectedError, SourceError, UnexpectedAnswerError
from connectors.common.privacy import Hasher
from connectors.google_ads import SOURCE
from sandbox.server import Sandbox
from sandbox.vendors.google_ads import CLOSED, MANAGER, GoogleAds
from sandbox.world import World
from tests.connectors.conftest import AS_OF, Landing, serve
from tests.connectors.staging import staged

TABLES = tuple(table.name for table in SOURCE.tables)
UNTIL = pd.Timestamp(AS_OF.date() - timedelta(days=1))
EARLIER = AS_OF - timedelta(days=20)
Rows = dict[str, list[tuple[Any, ...]]]


def landed(landing: Landing) -> Rows:
    return {
        name: landing.rows(f"select {', '.join(SOURCE.table(name).columns)} from raw_google_ads.{name} order by all")
        for name in TABLES
    }


@pytest.fixture(scope="module")
def expected(small_world: World, tmp_path_factory: pytest.TempPathFactory) -> Rows:
    """What one undisturbed load lands."""
    landing = Landing(tmp_path_factory.mktemp("fresh") / "source.duckdb", Hasher(b"test-key"))
    with pytest.MonkeyPatch.context() as patch:
        serve(small_world, patch)
        landing.refresh(SOURCE)
    return landed(landing)


@pytest.fixture(scope="module")
def delivered(small_world: World) -> pd.DataFrame:
    """Google's atoms up to the last complete day."""
    rows = small_world.tables["ad_delivery"]
    rows = rows[(rows["platform"] == "google_ads") & (rows["date"] <= UNTIL)]
    return rows.astype(dict.fromkeys(("account_id", "campaign_id", "country", "device"), object))


@pytest.fixture(scope="module")
def claimed(small_world: World) -> pd.DataFrame:
    """Google's claims that are visible, up to the last complete day."""
    rows = small_world.tables["claims"]
    is_seen = rows["reported_at"] <= pd.Timestamp(AS_OF).tz_localize(None)
    rows = rows[(rows["platform"] == "google_ads") & is_seen & (rows["click_date"] <= UNTIL)]
    return rows.astype(dict.fromkeys(("account_id", "campaign_id", "device", "action"), object))


def sums(rows: pd.DataFrame, keys: list[str], **columns: str) -> list[tuple[Any, ...]]:
    """Sums by key as tuples, keys in order."""
    grouped = rows.groupby(keys)[list(columns.values())].sum().reset_index()
    return list(grouped.itertuples(index=False, name=None))


def micros(amounts: "pd.Series[Any]") -> "pd.Series[Any]":
    # pandas is handed decimals as doubles
    return (amounts * 1_000_000).round().astype("int64")


def test_staging_gives_the_truth(
    sandbox: Sandbox, landing: Landing, delivered: pd.DataFrame, claimed: pd.DataFrame, tmp_path: Path
) -> None:
    landing.refresh(SOURCE)
    models = staged(SOURCE, landing.path, AS_OF, tmp_path)

    base = models["ad_performance_daily"]
    base["spend_micros"] = micros(base["spend_amount"])
    base["value_micros"] = micros(base["platform_value_amount"])
    measures = ["impressions", "clicks", "clicks_all", "engagements", "video_views", "spend_micros"]
    measures += ["video_starts", "video_completions"]
    keys = ["date", "account_id", "campaign_id"]
    together = {name: name for name in measures}
    assert sums(base, keys, **together) == sums(delivered, keys, **together)
    assert len(base) == len(base.drop_duplicates(keys))
    assert set(base["account_id"] + base["currency"]) == {"1111111111SEK", "2222222222EUR"}

    purchases = claimed[claimed["action"] == "purchase"].rename(columns={"click_date": "date"})
    counted = base[base["platform_orders"] > 0]
    assert len(purchases) > 50
    assert sums(counted, keys, orders="platform_orders", value="value_micros") == sums(
        purchases.assign(platform_orders=1.0), keys, orders="platform_orders", value="value_micros"
    )

    breakdowns = models["ad_breakdowns_daily"]
    breakdowns["spend_micros"] = micros(breakdowns["spend_amount"])
    for name in ("country", "device"):
        rows = breakdowns[breakdowns["breakdown"] == name]
        wanted = {measure: measure for measure in ("impressions", "clicks", "spend_micros")}
        assert sums(rows, [*keys, name], **wanted) == sums(delivered, [*keys, name], **wanted), name
    of_device = breakdowns[breakdowns["platform_orders"] > 0]
    assert of_device["platform_orders"].sum() == len(purchases)

    actions = models["ad_conversions_daily"]
    actions["value_micros"] = micros(actions["value_amount"])
    all_claims = claimed.rename(columns={"click_date": "date", "action": "platform_action"}).assign(conversions=1.0)
    by_action = [*keys, "platform_action"]
    assert set(actions["platform_action"]) == {"purchase", "lead"}
    assert sums(actions, by_action, a="conversions", b="value_micros") == sums(
        all_claims, by_action, a="conversions", b="value_micros"
    )


def test_every_breakdown_agrees_with_the_vendors_own_totals(sandbox: Sandbox, landing: Landing) -> None:
    landing.refresh(SOURCE)
    counts = "sum(impressions), sum(clicks), sum(cost_amount)"
    total = landing.rows(f"select {counts} from raw_google_ads.account_totals_daily")
    assert total[0][0] > 100_000
    for table in ("campaigns_daily", "campaign_countries_daily"):
        assert landing.rows(f"select {counts} from raw_google_ads.{table}") == total
    # Performance Max has no ad groups, ads or keywords.
    searched = landing.rows(
        f"select {counts} from raw_google_ads.campaigns_daily where campaign_type <> 'PERFORMANCE_MAX'"
    )
    for table in ("ad_groups_daily", "ads_daily"):
        assert landing.rows(f"select {counts} from raw_google_ads.{table}") == searched
    assert landing.rows("select count(*) from raw_google_ads.campaign_countries_daily where country is null") == [(0,)]


def test_two_loads_equal_one(sandbox: Sandbox, landing: Landing, expected: Rows) -> None:
    sandbox.as_of = EARLIER
    landing.refresh(SOURCE, EARLIER)
    before = landed(landing)
    sandbox.as_of = AS_OF
    landing.refresh(SOURCE)
    after = landed(landing)
    assert after == expected
    until = EARLIER.date() - timedelta(days=1)
    old = [row for row in after["conversion_actions_daily"] if row[0] <= until]
    assert old != before["conversion_actions_daily"]  # late claims restate the days of their clicks


def test_a_second_load_changes_nothing(sandbox: Sandbox, landing: Landing, expected: Rows) -> None:
    landing.refresh(SOURCE)
    landing.refresh(SOURCE)
    assert landed(landing) == expected
    assert not landing.refresh(SOURCE).is_changed


@pytest.mark.parametrize(
    "kind",
    [
        *("throttle", "throttle_retry_after", "expired_token", "error_200", "server_error"),
        *("truncated", "not_json", "unknown_column", "down"),
    ],
)
def test_a_fault_in_the_middle_ends_in_the_same_rows(
    kind: str, sandbox: Sandbox, landing: Landing, expected: Rows
) -> None:
    fault = sandbox.faults.add("google_ads", kind, path="searchStream", after=7)
    landing.refresh(SOURCE)
    assert landed(landing) == expected
    assert fault.times == 0


def test_a_vanished_day_is_emptied(sandbox: Sandbox, landing: Landing, expected: Rows) -> None:
    landing.refresh(SOURCE)
    day = date(2026, 3, 10)
    sandbox.faults.add("google_ads", "vanished_day", times=99, path="searchStream", day=day.isoformat())
    landing.refresh(SOURCE)
    after = landed(landing)
    for name in TABLES[1:]:
        assert after[name] == [row for row in expected[name] if row[0] != day], name
        assert after[name] != expected[name], name


@pytest.mark.parametrize(
    ("kind", "error", "words"),
    [
        ("bad_credentials", CredentialsRejectedError, "NOT_ADS_USER.*SOURCES__GOOGLE_ADS__REFRESH_TOKEN"),
        ("changed_type", UnexpectedAnswerError, "has changed its shape"),
    ],
)
def test_a_lasting_fault_keeps_what_was_loaded(
    kind: str, error: type[Exception], words: str, sandbox: Sandbox, landing: Landing, expected: Rows
) -> None:
    landing.refresh(SOURCE)
    sandbox.faults.add("google_ads", kind, times=99, path="searchStream")
    with pytest.raises(error, match=words) as raised:
        landing.refresh(SOURCE)
    assert landed(landing) == expected
    assert not any(secret in str(raised.value) for secret in GoogleAds.credentials.values())


def test_accounts_below_a_manager_are_read_and_a_closed_one_is_passed_over(
    sandbox: Sandbox, landing: Landing, expected: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCES__GOOGLE_ADS__CUSTOMER_IDS", f"{CLOSED},{MANAGER}")
    landing.refresh(SOURCE)
    assert landed(landing) == expected


def test_an_account_without_permission_is_told_with_the_setting_to_mend(
    sandbox: Sandbox, landing: Landing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCES__GOOGLE_ADS__CUSTOMER_IDS", "1111111111,7777777777")
    with pytest.raises(SourceError, match=r"USER_PERMISSION_DENIED.*login_customer_id"):
        landing.refresh(SOURCE)


def test_no_secret_lands(sandbox: Sandbox, landing: Landing) -> None:
    landing.refresh(SOURCE)
    content = landing.path.read_bytes()
    for name in ("client_secret", "refresh_token"):
        assert GoogleAds.credentials[name].encode() not in content
