"""The list of values that nobody has mapped, over a small warehouse with the models' names and columns."""

from datetime import date
from pathlib import Path

import duckdb
import pytest

from orchestration.home import Home
from orchestration.init import OWN
from orchestration.loading.unmapped import CHANNELS, STAGES, unmapped

RULES = {
    ("source_medium", "google / cpc"): "paid_search",
    ("source_medium", "* / email"): "email",
    ("campaign_type", "* / search"): "paid_search",
    ("campaign_type", "meta* / *"): "paid_social",
    ("campaign_type", "google* / *"): "paid_search",
    ("campaign_type", "* / *"): "paid_other",
    ("crm", "offline"): "unknown",
}
ORDERS = [
    ("google", "cpc", "2026-03-02"),
    ("Newsletter", "email", "2026-03-02"),
    ("podcast, the", "audio", "2026-03-05"),
    ("Podcast, the", "Audio", "2026-03-04"),
    ("", "(not set)", "2026-03-04"),
]
ADS = [("google_ads", "search"), ("google_ads", "hotel"), ("meta_ads", "outcome_sales")]
STAGE_ENTRIES = [("lead", "2026-03-01"), ("other", "2026-03-01"), ("91827", "2026-03-03"), ("91827", "2026-03-02")]
CONTACTS = [("OFFLINE",), ("AI_REFERRALS",)]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    found = Home(tmp_path)
    found.make()
    for name in ("shopify", "google_ads", "hubspot", *OWN):
        duckdb.connect(str(found.landing(name))).close()
    with duckdb.connect(str(found.landing("hubspot"))) as landing:
        landing.execute("create schema raw_hubspot")
        landing.execute("create table raw_hubspot.contact_stages (stage varchar, entered_at timestamp)")
        landing.executemany("insert into raw_hubspot.contact_stages values (?, ?)", STAGE_ENTRIES)
    with duckdb.connect(str(found.warehouse)) as connection:
        connection.execute("create schema staging; create schema canonical")
        connection.execute("create table orders (last_source varchar, last_medium varchar, created_at timestamp)")
        connection.executemany("insert into orders values (?, ?, ?)", ORDERS)
        connection.execute(
            "create view staging.stg_shopify__orders as "
            "select *, 'google' as first_source, 'cpc' as first_medium from orders"
        )
        connection.execute("create table ads (platform varchar, campaign_type varchar)")
        connection.executemany("insert into ads values (?, ?)", ADS)
        connection.execute(
            "create view staging.stg_google_ads__ad_performance_daily as select *, date '2026-03-01' as date from ads"
        )
        connection.execute("create table contacts (original_source varchar)")
        connection.executemany("insert into contacts values (?)", CONTACTS)
        connection.execute(
            "create view staging.stg_hubspot__contacts as "
            "select *, 'OFFLINE' as latest_source, timestamp '2026-03-01' as created_at from contacts"
        )
        connection.execute(
            "create table canonical.int_channel_rules "
            "(match_kind varchar, pattern varchar, like_pattern varchar, channel varchar, rule_order integer)"
        )
        for order, ((kind, pattern), channel) in enumerate(RULES.items()):
            row = [kind, pattern, pattern.replace("_", "!_").replace("*", "%"), channel, order]
            connection.execute("insert into canonical.int_channel_rules values (?, ?, ?, ?, ?)", row)
        connection.execute(
            "create table canonical.int_channels__by_text as select * from (values "
            "('source_medium', 'podcast, the / audio', 'unknown'), "
            "('campaign_type', 'google_ads / hotel', 'paid_search')"
            ") as t(match_kind, matched_text, channel)"
        )
    return found


def test_values_without_a_rule_of_their_own_are_listed_with_the_line_to_add(home: Home) -> None:
    found = {(item.source, item.field): item for item in unmapped(home, ("shopify", "google_ads", "hubspot"))}
    assert set(found) == {
        ("shopify", "last visit"),
        ("google_ads", "campaign_type"),
        ("hubspot", "original_source"),
        ("hubspot", "lifecycle_stage"),
    }
    visit = found["shopify", "last visit"]
    assert (visit.value, visit.rows, visit.first_seen) == ("podcast, the / audio", 2, date(2026, 3, 4))
    assert (visit.counts_as, visit.file) == ("unknown", CHANNELS)
    assert visit.line == 'source_medium,"podcast, the / audio",<channel>,100'
    kind = found["google_ads", "campaign_type"]
    assert (kind.value, kind.counts_as) == ("google_ads / hotel", "paid_search")
    stage = found["hubspot", "lifecycle_stage"]
    assert (stage.value, stage.rows, stage.first_seen, stage.file) == ("91827", 2, date(2026, 3, 2), STAGES)
    assert stage.line == "when entries.stage = '91827' then '<stage>'"
    assert found["hubspot", "original_source"].value == "ai_referrals"


def test_before_the_first_build_there_is_nothing_to_map(tmp_path: Path) -> None:
    assert unmapped(Home(tmp_path), ("shopify",)) == []
