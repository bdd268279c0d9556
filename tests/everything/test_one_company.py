"""One company through everything: vendors over HTTP, the command line, every source, published marts.

Five months of a small company: a month and a quarter end within it, and each refresh costs little. What only a longer
history shows (a year before, old cohorts, rows that are no longer kept) is compared at 24 months by the compiled SQL
(`tests/test_oracle_equality.py`), and at up to 35 months through everything by `make acceptance`.
"""

import json
from collections.abc import Iterator

import pandas as pd
import pytest

from connectors.common.privacy import load_hasher
from sandbox.vendors import google_ads, google_analytics, shopify
from sandbox.vendors.meta_organic import VENDOR as META_ORGANIC
from sandbox.world import build_world
from tests.comparison import report
from tests.equality import FITTED, kept, unequal
from tests.everything.company import SECRETS, company
from tests.everything.leaks import Planted
from tests.everything.published import OF_SNAPSHOTS, assert_equal_marts
from tests.everything.story import FIRST, LAST_DAY, MONTHS, NEXT, NEXT_DAY, SEED, Step, Story
from tests.oracle import ads, calendar_of, costs, orders, web
from tests.oracle.assemble import CONTEXT
from tests.oracle.catalogue import KPIS
from tests.oracle.state import Truth

STALE = {"hubspot", "mailchimp", "meta_organic", "typeform"}
FRESH = {"config", "files", "google_ads", "google_analytics", "meta_ads", "shopify"}
# Settings of the vendors that are no secrets.
PUBLIC = {
    *("base_url", "token_url", "shop", "property_id", "customer_ids", "account_ids", "page_ids", "ig_user_ids"),
    *("page_history_days", "instagram_history_days", "test_property", "folder"),
}


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    world = build_world("small", MONTHS, SEED, NEXT)
    with company(world, FIRST, tmp_path_factory.mktemp("everything")) as shop:
        yield Story(shop)


def test_the_published_values_equal_the_oracle(story: Story) -> None:
    assert story.first.ran.code == 0, story.first.ran.err
    assert report(kept(story.first.table("kpi_values"), FITTED), story.truth_first) == ""


def test_the_same_refresh_again_changes_nothing(story: Story) -> None:
    assert story.again.ran.code == 0, story.again.ran.err
    print(f"the same refresh again took {story.again.ran.seconds:.1f} s")
    assert story.again.ran.err.count("nothing new") == len(STALE | FRESH) + 2  # and the models and the pages
    assert_equal_marts(story.first.marts, story.again.marts)


def test_sources_that_fail_are_named_and_make_the_run_red(story: Story) -> None:
    ran = story.disturbed.ran
    assert ran.code == 1
    assert "Not all is fresh" in ran.err
    told = {line.removeprefix("● ").partition(":")[0]: line for line in ran.err.splitlines() if line.startswith("● ")}
    assert set(told) == STALE
    assert "failed 5 times" in told["mailchimp"]
    assert "refuses the credentials" in told["hubspot"]
    assert "`access_token` in .dlt/secrets.toml" in told["hubspot"]
    assert "limit is used up" in told["typeform"]
    assert "held back and the last good ones served" in told["meta_organic"]
    assert "fails the check “data are fresh”" in told["meta_organic"]


def test_the_board_says_until_when_the_data_of_each_source_go(story: Story) -> None:
    assert story.board.code == 0, story.board.err
    content = json.loads(story.board.out)
    assert content["data_until"] == NEXT_DAY
    assert content["validation_status"] == "passed; not fresh: hubspot, mailchimp, meta_organic, typeform"
    sources = {row["source"]: row for row in content["sources"] if row["is_configured"]}
    assert {name: row["data_until"] for name, row in sources.items()} == {
        **dict.fromkeys(STALE, LAST_DAY),
        **dict.fromkeys(FRESH, NEXT_DAY),
    }
    assert {name for name, row in sources.items() if row["last_error"]} == STALE


def test_while_some_sources_fail_the_numbers_of_the_others_are_right(story: Story) -> None:
    """Daily KPIs of web, ads, orders and costs alone: what needs people joined over all sources is not among them."""
    truth = Truth(story.company.world.tables, NEXT, story.company.world.losses)
    measures = {name for area in (web, ads, orders, costs) for fact in area.facts(truth) for name in fact.measures}
    catalog = story.disturbed.table("kpi_catalog")
    daily = set(catalog.loc[catalog["class"] == "operational", "kpi_id"])
    fresh = [kpi.kpi_id for kpi in KPIS if kpi.kpi_id in daily and set(kpi.measures) - {CONTEXT} <= measures]
    assert {"web_users", "spend", "reach", "revenue_net"} <= set(fresh)
    found, expected = story.disturbed.table("kpi_values"), story.truth_next["kpi_values"]
    wrong = report(found[found["kpi_id"].isin(fresh)], expected[expected["kpi_id"].isin(fresh)])
    assert wrong == ""


@pytest.mark.parametrize("kpi_id", ["email_delivered", "leads", "impressions_organic"])
def test_the_numbers_of_a_failed_source_stay_and_its_new_day_is_missing(story: Story, kpi_id: str) -> None:
    before, after = (_totals(step, kpi_id) for step in (story.first, story.disturbed))
    is_new = pd.Series([_last_day(*period) >= NEXT_DAY for period in after.index], index=after.index)
    assert is_new.any()
    assert after.loc[is_new, "is_missing"].all()
    assert after.loc[is_new, "value"].isna().all()
    old = after[~is_new]
    assert len(old) > 4
    assert not old["is_missing"].any()
    pd.testing.assert_series_equal(old["value"], before.loc[old.index, "value"])


def _totals(step: Step, kpi_id: str) -> pd.DataFrame:
    """Rows of the set `total` by grain and start."""
    values = step.table("kpi_values")
    values = values[(values["kpi_id"] == kpi_id) & (values["segment_set"] == "total")]
    return values.set_index(["period_grain", "period_start"]).sort_index()


def _last_day(grain: str, start: pd.Timestamp) -> str:
    frequency = {"day": "D", "week": "W-SUN", "month": "M", "quarter": "Q"}[grain.removesuffix("_to_date")]
    return str(pd.Period(start, frequency).end_time.date())


def test_the_next_day_with_its_restated_days_equals_the_oracle(story: Story) -> None:
    assert story.mended.ran.code == 0, story.mended.ran.err
    periods = calendar_of(story.company.world, NEXT)
    assert unequal(story.mended.table, story.truth_next, periods, OF_SNAPSHOTS) == ""
    found, before = story.mended.table("kpi_values"), story.truth_first
    old = found[(found["period_grain"] == "day") & (found["period_start"] <= LAST_DAY)]
    assert "web_sessions" in report(old, before[before["period_grain"] == "day"]), "no day was restated"


def test_two_loads_know_what_instagram_gained_between(story: Story) -> None:
    values = story.mended.table("kpi_values")
    chosen = (values["kpi_id"] == "followers_gained") & (values["period_grain"] == "day")
    chosen &= (values["period_start"] == NEXT_DAY) & (values["platform"] == "instagram")
    days = story.company.world.tables["social_days"]
    stock = days[days["platform"] == "instagram"].set_index("date")["followers_end"]
    assert values[chosen]["value"].tolist() == [stock[NEXT_DAY] - stock[LAST_DAY]]


def test_no_secret_and_no_persons_address_or_number_stands_anywhere(story: Story) -> None:
    assert story.mended.ran.code == 0
    shop = story.company
    secrets_file = shop.work / SECRETS
    hasher = load_hasher(secrets_file)
    people = [shop.world.tables[name] for name in ("people", "customers", "contacts", "mail_members")]
    addresses = {text for frame in people for text in frame["email"].dropna() if text}
    phones = {text for frame in people if "phone" in frame for text in frame["phone"].dropna() if text}
    planted = Planted(frozenset(_secrets(story) | {hasher.key.decode()}), frozenset(addresses), frozenset(phones))
    assert len(planted.secrets) > 12
    assert len(addresses) > 1000
    assert len(phones) > 100

    assert planted.leaks(shop.work, besides=[secrets_file]) == []
    for ran in story.ran:
        assert planted.found(f"{ran.out}\n{ran.err}".encode()) == []

    # The search saw what it was to see: the addresses did come, and lie there as keyed hashes.
    members = shop.world.tables["mail_members"]["email"].dropna().head(50)
    arrived = Planted(frozenset(str(hasher.email(address)) for address in members), frozenset(), frozenset())
    assert arrived.leaks(shop.home / "landing")


def _secrets(story: Story) -> set[str]:
    """What lets anybody in: the settings, and the tokens that vendors hand out for them."""
    settings = story.company.server.environment()
    given = {value for name, value in settings.items() if name.lower().split("__")[2] not in PUBLIC}
    return given | {google_ads.TOKEN, google_analytics.TOKEN, shopify.TOKEN, META_ORGANIC.page_token}
