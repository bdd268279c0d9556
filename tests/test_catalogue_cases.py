"""The test cases of the KPI catalogue, section 7, on landed rows: through staging to `kpi_values` and `kpi_changes`."""

import math
from typing import Any

import pandas as pd
import pytest

from tests.planted_landing import DAY, Marts

MARCH, NEXT_DAY, WEEK, LAST_DAY = "2026-03-01", "2026-03-03", DAY, "2026-03-17"


def test_case_1_a_ratio_over_two_days_is_the_ratio_of_the_sums() -> None:
    sessions = [{"sessions": 10}, {"date": NEXT_DAY, "sessions": 100}]
    converted = [{"sessions": 1}, {"date": NEXT_DAY, "sessions": 90}]
    marts = Marts.of({"google_analytics.sessions_daily": sessions, "google_analytics.key_actions_daily": converted})
    week = marts.row("cvr_session", "week", WEEK)
    assert (week["numerator"], week["denominator"]) == (91, 110)
    assert week["value"] == pytest.approx(91 / 110, abs=1e-12)


def _people(grain: str, start: str, users: int, **more: Any) -> dict[str, Any]:
    row = {"period_grain": grain, "period_start": start, "period_id": f"{grain}:{start}", "total_users": users}
    return row | {"active_users": users} | more


def test_case_2_one_user_on_seven_days_is_one_user_of_the_week() -> None:
    days = [f"2026-03-{day:02}" for day in range(2, 9)]
    people = [*(_people("day", day, 1) for day in days), _people("week", WEEK, 1)]
    marts = Marts.of({"google_analytics.people": people})
    assert [marts.value("web_users", "day", day) for day in days] == [1] * 7
    assert marts.value("web_users", "week", WEEK) == 1


def test_case_3_reach_of_two_ads_that_the_same_people_saw_is_what_the_platform_says() -> None:
    told = {"period_id": f"day:{DAY}", "reach": 100, "impressions": 250}
    reach = [
        *({**told, "level": "ad_set", "ad_set_id": ad_set, "impressions": 125} for ad_set in ("s1", "s2")),
        told,
        {**told, "level": "account", "campaign_id": ""},
    ]
    marts = Marts.of({"meta_ads.reach": reach, "meta_ads.campaigns_daily": [{"impressions": 250}]})
    assert marts.value("reach", "day", DAY, "campaign", campaign="social") == 100
    assert marts.value("reach", "day", DAY, "platform", platform="meta_ads") == 100
    assert marts.find("reach", "day", DAY).empty  # there is no reach over platforms


@pytest.mark.parametrize("rate", ["0.08", "0.13"])
def test_case_4_roas_is_the_same_at_any_rate(rate: str) -> None:
    marts = Marts.of(
        {
            "config.company": [{"reporting_currency": "USD"}],
            "config.fx_rates": [{"currency": "SEK", "to_currency": "USD", "rate": rate}],
            "google_ads.campaigns_daily": [{"cost_amount": 1000}],
            "google_ads.conversion_actions_daily": [{"conversions_value_amount": 5000}],
        }
    )
    row = marts.row("roas_platform", "day", DAY, "platform", platform="google_ads")
    assert row["value"] == pytest.approx(5.0, abs=1e-12)
    assert row["denominator"] == pytest.approx(1000 * float(rate))
    spend = marts.row("spend", "day", DAY)
    assert (spend["value"], spend["currency"]) == (pytest.approx(1000 * float(rate)), "USD")


def test_case_5_an_order_that_two_platforms_claim_is_one_order() -> None:
    marts = Marts.of(
        {
            "google_ads.campaigns_daily": [{}],
            "google_ads.conversion_actions_daily": [{"conversions_value_amount": 125}],
            "meta_ads.campaigns_daily": [{"omni_purchases": 1, "omni_purchase_value_amount": 125, "purchases": 1}],
            "shopify.orders": [{}],
            "shopify.order_lines": [{}],
        }
    )
    assert marts.value("orders", "month", MARCH) == 1
    assert marts.value("claims_ratio", "month", MARCH) == 2


def test_case_6_the_ladder_of_roas_takes_vat_and_fee_away() -> None:
    marts = Marts.of(
        {
            "google_ads.campaigns_daily": [{"cost_amount": 40}],
            "google_ads.conversion_actions_daily": [{"conversions_value_amount": 125}],
            "shopify.orders": [{}],
            "shopify.order_lines": [{}],
            "config.costs": [{"amount": 10}],
        }
    )
    assert marts.value("roas_platform", "week", WEEK, "platform", platform="google_ads") == pytest.approx(3.125)
    assert marts.value("roas_net", "week", WEEK) == pytest.approx(2.0)


def test_case_8_machine_opens_leave_the_human_open_rate() -> None:
    sent = {"emails_sent": 1007, "hard_bounces": 4, "soft_bounces": 2, "syntax_errors": 1}
    opened = {"unique_opens": 490, "proxy_excluded_unique_opens": 90}
    marts = Marts.of({"mailchimp.reports": [sent | opened]})
    assert marts.value("email_delivered", "week", WEEK) == 1000
    assert marts.value("open_rate", "week", WEEK) == pytest.approx(0.15)
    assert marts.value("open_rate_raw", "week", WEEK) == pytest.approx(0.49)


def _entered(stage: str, at: str) -> dict[str, Any]:
    return {"stage": stage, "entered_at": at}


def test_case_9_a_contact_that_enters_mql_twice_counts_in_the_first_month() -> None:
    stages = [
        _entered("lead", "2026-01-05T10:00"),
        _entered("marketingqualifiedlead", "2026-01-20T10:00"),
        _entered("lead", "2026-02-01T10:00"),
        _entered("marketingqualifiedlead", "2026-02-10T10:00"),
    ]
    contacts = [{"created_at": "2026-01-05T10:00", "lifecycle_stage": "marketingqualifiedlead"}]
    marts = Marts.of({"hubspot.contacts": contacts, "hubspot.contact_stages": stages, "hubspot.live_ids": [{}]})
    assert [marts.value("mql", "month", month) for month in ("2026-01-01", "2026-02-01", MARCH)] == [1, 0, 0]
    assert marts.value("leads", "month", "2026-01-01") == 1


def test_case_10_two_merged_contacts_with_one_first_order_are_one_new_customer() -> None:
    """The order is of one contact's address, a won deal is of the other contact; what joins them is the merge alone."""
    deal = {"contact_id": "h2", "close_date": "2026-03-09T10:00"}
    given = {
        "shopify.customers": [{}],
        "shopify.orders": [{}],
        "shopify.order_lines": [{}],
        "hubspot.contacts": [{}, {"contact_id": "h2", "email_hash": "anna at work"}],
        "hubspot.deals": [deal],
    }
    there = [{"object_type": "deals", "object_id": "d1"}, {}]
    apart = Marts.of({**given, "hubspot.live_ids": [*there, {"object_id": "h2"}]})
    assert apart.value("new_customers", "month", MARCH) == 2
    merged = Marts.of({**given, "hubspot.live_ids": there, "hubspot.contact_merges": [{}]})
    assert merged.value("new_customers", "month", MARCH) == 1


def test_case_11_only_sessions_that_start_on_a_page_count_for_it() -> None:
    """The thousand that pass through the page are entries of the page on which they began."""
    pages = [{"sessions": 1000, "engaged_sessions": 1000}, {"landing_page": "/a", "sessions": 10}]
    through = [{"sessions": 1010, "engaged_sessions": 1000, "page_views": 2010}]
    marts = Marts.of({"google_analytics.landing_pages_daily": pages, "google_analytics.sessions_daily": through})
    row = marts.row("landing_bounce_rate", "week", WEEK, "landing_page", landing_page="/a")
    assert (row["value"], row["denominator"]) == (1.0, 10)
    assert marts.value("bounce_rate", "week", WEEK) == pytest.approx(10 / 1010)


def test_case_12_spend_of_a_campaign_without_ads_is_in_the_total() -> None:
    pmax = {"campaign_id": "c9", "campaign_name": "all of it", "campaign_type": "PERFORMANCE_MAX"}
    campaigns = [{"cost_amount": 7}, {**pmax, "cost_amount": 5}]
    marts = Marts.of({"google_ads.campaigns_daily": campaigns, "google_ads.ads_daily": [{"cost_amount": 7}]})
    assert marts.value("spend", "day", DAY) == 12
    assert marts.value("spend", "day", DAY, "campaign", campaign="all of it") == 5
    assert marts.value("spend", "day", DAY, "channel", channel="cross_network") == 5


def test_case_13_every_segment_falls_and_the_total_rises() -> None:
    """Mobile 2 % → 1.5 %, desktop 8 % → 7.5 %, and most sessions move to desktop."""
    counts = {
        ("2026-03-02", "mobile"): (1000, 20),
        ("2026-03-02", "desktop"): (200, 16),
        ("2026-03-09", "mobile"): (200, 3),
        ("2026-03-09", "desktop"): (1000, 75),
    }
    sessions = [{"date": day, "device": device, "sessions": n} for (day, device), (n, _) in counts.items()]
    converted = [{"date": day, "device": device, "sessions": n} for (day, device), (_, n) in counts.items()]
    given = {"google_analytics.sessions_daily": sessions, "google_analytics.key_actions_daily": converted}
    rows = Marts.of(given, model="kpi_changes").find("cvr_session", "week", "2026-03-09", "device")
    rows = rows[rows["comparison"] == "previous"].set_index("device")
    for device, falls in {"mobile": (0.02, 0.015), "desktop": (0.08, 0.075)}.items():
        part = rows.loc[device]
        assert (part["n0"] / part["d0"], part["n1"] / part["d1"]) == (pytest.approx(falls[0]), pytest.approx(falls[1]))
    change = 78 / 1200 - 36 / 1200
    assert change > 0
    effects = rows[["rate_effect", "mix_effect", "interaction_effect"]].astype(float)
    assert effects.to_numpy().sum() == pytest.approx(change, abs=1e-12)
    assert effects["rate_effect"].sum() == pytest.approx(-0.005)
    assert effects["mix_effect"].sum() == pytest.approx(0.04)
    assert effects["interaction_effect"].sum() == pytest.approx(0, abs=1e-12)


def test_case_14_a_denominator_of_zero_is_null_and_a_real_zero_is_zero() -> None:
    marts = Marts.of({"google_ads.campaigns_daily": [{"impressions": 5}]})
    for day in (DAY, LAST_DAY):  # one with delivery, one without: nothing is missing
        cpc, spend = (marts.row(kpi_id, "day", day) for kpi_id in ("cpc", "spend"))
        assert math.isnan(cpc["value"])
        assert not cpc["is_missing"]
        assert spend["value"] == 0
        assert not spend["is_missing"]


def test_case_14_a_missing_day_is_null_and_flagged() -> None:
    days = [{"source": "google_ads", "date": f"2026-03-{day:02}", "is_loaded": day != 5} for day in range(2, 18)]
    marts = Marts.of(
        {
            "google_ads.campaigns_daily": [{"cost_amount": 3}, {"date": LAST_DAY, "cost_amount": 4}],
            "ops.source_status": [{"source": "google_ads", "data_until": LAST_DAY}],
            "ops.source_days": days,
        }
    )
    missing = marts.row("spend", "day", "2026-03-05")
    assert math.isnan(missing["value"])
    assert missing["is_missing"]
    week = marts.row("spend", "week", WEEK)
    assert math.isnan(week["value"])
    assert week["is_missing"]
    assert week["numerator"] == 3  # what is there stays visible
    there = marts.row("spend", "day", "2026-03-06")
    assert (there["value"], there["is_missing"]) == (0, False)


def test_case_15_nps_and_its_interval() -> None:
    scores = [10] * 25 + [9] * 25 + [8] * 15 + [7] * 15 + [6] * 10 + [0] * 10
    answers = [{"response_id": f"r{number}", "score": score} for number, score in enumerate(scores)]
    row = Marts.of({"typeform.answers": answers}).row("nps", "month", MARCH)
    assert (row["value"], row["denominator"]) == (30, 100)
    assert row["upper"] - row["value"] == pytest.approx(15.3, abs=0.05)
    assert row["value"] - row["lower"] == pytest.approx(15.3, abs=0.05)


def test_case_16_nki_of_8_7_6() -> None:
    full = {"kind": "nki", "response_id": "r1", "nki_1": 8, "nki_2": 7, "nki_3": 6}
    marts = Marts.of({"typeform.answers": [full, {**full, "response_id": "r2", "nki_3": None}]})
    row = marts.row("nki", "month", MARCH)
    assert row["denominator"] == 1
    assert row["value"] == pytest.approx(66.7, abs=0.05)


def _shop(*orders: tuple[str, str], **also: list[dict[str, Any]]) -> Marts:
    """Orders (customer, instant) of a line each; `also`: tables of `ops`."""
    customers = sorted({customer for customer, _ in orders})
    return Marts.of(
        {
            "shopify.customers": [{"customer_id": name, "email_hash": name} for name in customers],
            "shopify.orders": [
                {"order_id": f"o{i}", "customer_id": customer, "created_at": at}
                for i, (customer, at) in enumerate(orders)
            ],
            "shopify.order_lines": [{"order_line_id": f"l{i}", "order_id": f"o{i}"} for i in range(len(orders))],
            **{f"ops.{table}": rows for table, rows in also.items()},
        }
    )


def test_case_17_a_customer_of_20_days_is_not_in_the_repurchase_rate() -> None:
    young = _shop(("new", "2026-02-25T10:00"), ("new", "2026-02-27T10:00"))
    assert all(young.rows("repurchase_rate_90")["value"].isna())
    old = ("old", "2025-11-03T10:00"), ("old", "2026-02-01T10:00"), ("once", "2025-11-04T10:00")
    marts = _shop(*old, ("new", "2026-02-25T10:00"), ("new", "2026-02-27T10:00"))
    row = marts.row("repurchase_rate_90", "month", "2025-11-01")
    assert (row["numerator"], row["denominator"]) == (1, 2)
    assert marts.find("repurchase_rate_90", "month", "2026-02-01")["value"].isna().all()


def test_case_17_a_month_of_which_a_part_is_90_days_old_may_still_change() -> None:
    days = [f"{day:%Y-%m-%d}" for day in pd.date_range("2025-11-01", LAST_DAY)]
    marts = _shop(
        *(("first", "2025-11-30T10:00"), ("old", "2025-12-17T10:00"), ("young", "2025-12-18T10:00")),
        source_status=[{"source": "shopify", "data_until": LAST_DAY}],
        source_days=[{"source": "shopify", "date": day, "is_loaded": True} for day in days],
    )
    november, december = (marts.row("repurchase_rate_90", "month", f"2025-{month}-01") for month in (11, 12))
    assert (november["denominator"], november["settled_share"], november["is_provisional"]) == (1, 1, False)
    assert (december["denominator"], december["is_provisional"]) == (1, True)
    assert december["settled_share"] == pytest.approx(17 / 31)
    assert marts.row("orders", "month", "2025-12-01")["settled_share"] == 1
