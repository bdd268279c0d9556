"""Vendors' own totals: what a gate says when reports of one vendor do not fit each other."""

from collections.abc import Iterator
from datetime import date

import duckdb
import pytest

from orchestration.quality import google_ads, meta_ads
from orchestration.quality.suite import Days, Rule

DAYS = Days(date(2026, 3, 1), date(2026, 3, 2), date(2026, 3, 2))


@pytest.fixture
def landed() -> Iterator[duckdb.DuckDBPyConnection]:
    """Two days of one account in every report of both vendors: 100 impressions, 10 clicks, 5.00 a day."""
    with duckdb.connect(":memory:") as connection:
        connection.execute("create schema raw_google_ads; create schema raw_meta_ads")
        reports = {
            "raw_google_ads": (
                "cost_amount",
                "campaigns_daily account_totals_daily campaign_countries_daily ad_groups_daily",
            ),
            "raw_meta_ads": ("spend_amount", f"campaigns_daily {' '.join(meta_ads.PARTS)}"),
        }
        for schema, (money, tables) in reports.items():
            for table in tables.split():
                connection.execute(
                    f"create table {schema}.{table} as "
                    "select date '2026-02-28' + n::integer as date, '1' as account_id, "
                    f"100 as impressions, 10 as clicks, 5.00::decimal(18, 6) as {money} from range(1, 3) as days(n)"
                )
        yield connection


def broken(connection: duckdb.DuckDBPyConnection, rules: list[Rule]) -> dict[str, list[str]]:
    found = {f"{rule.table} {rule.name}": [row[0] for row in connection.execute(rule.sql).fetchall()] for rule in rules}
    return {name: rows for name, rows in found.items() if rows}


def test_reports_that_fit_pass(landed: duckdb.DuckDBPyConnection) -> None:
    assert broken(landed, [*google_ads.rules(DAYS), *meta_ads.rules(DAYS)]) == {}


def test_a_campaign_that_did_not_come_is_told_with_its_day(landed: duckdb.DuckDBPyConnection) -> None:
    landed.execute("delete from raw_google_ads.campaigns_daily where date = date '2026-03-02'")
    found = broken(landed, google_ads.rules(DAYS))
    assert found["account_totals_daily adds up to campaigns_daily"] == ["2026-03-02 1"]


def test_spend_without_a_total_is_told(landed: duckdb.DuckDBPyConnection) -> None:
    landed.execute("delete from raw_google_ads.account_totals_daily where date = date '2026-03-01'")
    assert broken(landed, google_ads.rules(DAYS)) == {
        "account_totals_daily adds up to campaigns_daily": ["2026-03-01 1"]
    }


def test_a_breakdown_counted_twice_is_told(landed: duckdb.DuckDBPyConnection) -> None:
    landed.execute("insert into raw_meta_ads.ads_daily from raw_meta_ads.ads_daily where date = date '2026-03-02'")
    assert broken(landed, meta_ads.rules(DAYS)) == {"ads_daily is not more than campaigns_daily": ["2026-03-02 1"]}


def test_a_breakdown_may_say_less(landed: duckdb.DuckDBPyConnection) -> None:
    landed.execute("update raw_meta_ads.campaign_age_gender_daily set impressions = 60")
    assert broken(landed, meta_ads.rules(DAYS)) == {}
