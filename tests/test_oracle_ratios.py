"""Test cases of the KPI catalogue, section 7, computed by hand: ratios, people, money, claims, surveys."""

import math

import pytest

from tests.planted import Published, planted

MARCH, SECOND = "2026-03-01", "2026-03-02"
WEEK, NEXT_DAY = SECOND, "2026-03-03"  # 2026-03-02 is a Monday


def test_case_1_a_ratio_over_two_days_is_the_ratio_of_the_sums() -> None:
    one = [{"key_form": i < 1} for i in range(10)]
    other = [{"date": NEXT_DAY, "key_form": i < 90} for i in range(100)]
    result = Published(planted(sessions=one + other)).row("cvr_session", "week", WEEK)
    assert (result["numerator"], result["denominator"]) == (91, 110)
    assert result["value"] == pytest.approx(91 / 110)


def test_case_2_one_user_on_seven_days_is_one_user_of_the_week() -> None:
    days = [{"date": f"2026-03-{day:02}"} for day in range(2, 9)]
    answer = Published(planted(sessions=days))
    assert answer.value("web_users", "week", WEEK) == 1
    assert [answer.value("web_users", "day", f"2026-03-{day:02}") for day in range(2, 9)] == [1] * 7


def test_case_3_reach_of_overlapping_ads_is_counted_once() -> None:
    seen = [{"ad_group_id": group, "person_no": person} for group in ("g1", "g2") for person in range(100)]
    delivery = [{"platform": "meta_ads", "impressions": 250}]
    campaigns = [{"platform": "meta_ads", "channel": "paid_social"}]
    answer = Published(planted(exposures=seen, ad_delivery=delivery, campaigns=campaigns))
    assert answer.value("reach", "day", SECOND, "campaign", campaign="brand") == 100
    assert answer.value("frequency", "week", WEEK, "platform", platform="meta_ads") == 2.5
    assert answer.find("reach", "day", SECOND, "total").empty


def test_case_4_both_sides_of_roas_are_converted_with_the_days_own_rate() -> None:
    for rate in (8_000_000, 13_000_000):
        world = planted(
            accounts=[{"currency": "EUR"}],
            campaigns=[{}],
            ad_delivery=[{"spend_micros": 1_000_000_000, "impressions": 1}],
            claims=[{"value_micros": 5_000_000_000}],
            fx_rates=[{"rate_micros": rate}, {"date": "2026-03-10", "rate_micros": 1}],
        )
        row = Published(world).row("roas_platform", "day", SECOND, "platform", platform="google_ads")
        assert row["value"] == pytest.approx(5.0)
        assert row["denominator"] == pytest.approx(1000 * rate / 1e6)


def test_a_rate_older_than_seven_days_gives_no_amount() -> None:
    delivery = [{"date": "2026-03-09", "spend_micros": 10}, {"date": "2026-03-10", "spend_micros": 10}]
    world = planted(accounts=[{"currency": "EUR"}], campaigns=[{}], ad_delivery=delivery, fx_rates=[{}])
    answer = Published(world)
    assert answer.value("spend", "day", "2026-03-09") == pytest.approx(0.00011)
    assert answer.value("spend", "day", "2026-03-10") == 0


def test_case_5_an_order_that_two_platforms_claim_is_one_order() -> None:
    claims = [{}, {"platform": "meta_ads", "campaign_id": "c2", "account_id": "2"}]
    accounts = [{}, {"platform": "meta_ads", "account_id": "2"}]
    campaigns = [{}, {"campaign_id": "c2", "platform": "meta_ads", "account_id": "2", "name": "social"}]
    world = planted(
        claims=claims, accounts=accounts, campaigns=campaigns, orders=[{}], order_lines=[{}], customers=[{}]
    )
    answer = Published(world)
    assert answer.value("orders", "day", SECOND) == 1
    assert answer.value("claims_ratio", "month", MARCH) == 2


def test_case_6_the_ladder_of_roas() -> None:
    world = planted(
        accounts=[{}],
        campaigns=[{}],
        ad_delivery=[{"spend_micros": 40_000_000, "impressions": 1}],
        claims=[{"value_micros": 125_000_000}],
        costs=[{"amount_micros": 10_000_000}],
        orders=[{}],
        order_lines=[{}],
        customers=[{}],
    )
    answer = Published(world)
    platform = answer.value("roas_platform", "week", WEEK, "platform", platform="google_ads")
    assert platform == pytest.approx(3.125)
    assert answer.value("roas_net", "week", WEEK) == pytest.approx(2.0)


def test_case_7_a_claim_that_is_reported_later_replaces_nothing_before_it_is_seen() -> None:
    late = [{"reported_at": "2026-03-18T05:29"}, {"reported_at": "2026-03-18T05:31"}]
    world = planted(accounts=[{}], campaigns=[{}], claims=late, orders=[{}], order_lines=[{}], customers=[{}])
    assert Published(world).row("claims_ratio", "month", MARCH)["numerator"] == 1


def test_case_8_machine_opens_leave_the_human_open_rate() -> None:
    machine = [{"machine_opened_at": "2026-03-02T10:01"}] * 400
    human = [{"opened_at": "2026-03-02T11:00"}] * 90
    world = planted(mail_campaigns=[{}], mail_recipients=[*machine, *human, *[{}] * 510, *[{"status": "hard"}] * 7])
    answer = Published(world)
    assert answer.value("email_delivered", "day", SECOND) == 1000
    assert answer.value("open_rate", "week", WEEK) == pytest.approx(0.15)
    assert answer.value("open_rate_raw", "week", WEEK) == pytest.approx(0.49)


def test_sends_before_the_split_of_opens_have_no_human_rate() -> None:
    opened = {"opened_at": "2024-06-22T08:00"}
    instants = {"old": "2024-06-21T22:30", "new": "2024-06-22T00:30"}
    sends = [{"campaign_id": name, "sent_at": sent_at} for name, sent_at in instants.items()]
    old = [{**opened, "campaign_id": "old"}]
    answer = Published(planted(mail_campaigns=sends, mail_recipients=old))
    assert answer.find("open_rate", "month", "2024-06-01").empty
    assert answer.value("open_rate_raw", "month", "2024-06-01") == 1
    answer = Published(planted(mail_campaigns=sends, mail_recipients=[*old, {"campaign_id": "new"}]))
    assert answer.row("open_rate", "month", "2024-06-01")["denominator"] == 1
    assert answer.value("open_rate", "month", "2024-06-01") == 0


def test_case_11_only_sessions_that_start_on_a_page_count_for_it() -> None:
    entered = [{"landing_page": "/a", "page_views": 1}] * 10
    passing = [{"landing_page": "/", "page_views": 2, "is_engaged": True}] * 1000
    answer = Published(planted(sessions=entered + passing))
    row = answer.row("landing_bounce_rate", "week", WEEK, "landing_page", landing_page="/a")
    assert (row["value"], row["denominator"]) == (1.0, 10)


def test_case_12_spend_of_a_campaign_without_ads_is_in_the_total() -> None:
    search = {"spend_micros": 7_000_000, "impressions": 1}
    pmax = {"campaign_id": "c2", "spend_micros": 5_000_000, "impressions": 1}
    campaigns = [{}, {"campaign_id": "c2", "name": "all of it", "channel": "cross_network"}]
    answer = Published(planted(accounts=[{}], campaigns=campaigns, ad_delivery=[search, pmax]))
    assert answer.value("spend", "day", SECOND) == 12
    assert answer.value("spend", "day", SECOND, "channel", channel="cross_network") == 5


def test_case_14_zero_denominators_are_null_and_real_zeros_are_zero() -> None:
    world = planted(accounts=[{}], campaigns=[{}], ad_delivery=[{"impressions": 5}], contacts=[{}], contact_stages=[{}])
    answer = Published(world)
    assert math.isnan(answer.value("cpc", "day", SECOND))
    assert answer.value("spend", "day", SECOND) == 0
    assert answer.value("spend", "day", "2026-03-17") == 0  # a day without delivery, all sources loaded
    assert answer.value("cpl", "week", WEEK) == 0
    assert math.isnan(answer.value("cpl", "week", "2026-03-09"))
    assert answer.find("spend", "day", "2026-03-01").empty  # before the series begins


def test_case_15_nps() -> None:
    scores = [9] * 50 + [8] * 30 + [6] * 20
    row = Published(planted(survey_answers=[{"score": score} for score in scores])).row("nps", "month", MARCH)
    assert (row["value"], row["denominator"]) == (30, 100)


def test_case_16_nki_needs_all_three_answers() -> None:
    full = {"survey_id": "nki", "nki_1": 8, "nki_2": 7, "nki_3": 6}
    answers = [full, {**full, "nki_3": None}]
    row = Published(planted(survey_answers=answers)).row("nki", "month", MARCH)
    assert row["denominator"] == 1
    assert row["value"] == pytest.approx(66.6667, abs=1e-4)


def test_small_personal_cells_are_added_up_as_other() -> None:
    countries = ["SE"] * 10 + ["NO"] * 9 + ["DK"] * 3
    answers = [{"score": 9, "country": country} for country in countries]
    answer = Published(planted(survey_answers=answers))
    assert answer.row("nps", "month", MARCH, "country", country="SE")["denominator"] == 10
    assert answer.row("nps", "month", MARCH, "country", country="(other)")["denominator"] == 12
    assert answer.row("nps", "month", MARCH, "platform", platform="purchase")["denominator"] == 22


def test_one_small_personal_cell_takes_the_next_larger_one_along() -> None:
    """Alone it would be what the others leave of the total."""
    countries = ["SE"] * 40 + ["NO"] * 3 + ["DK"] * 12 + ["FI"] * 12
    answer = Published(planted(survey_answers=[{"score": 9, "country": country} for country in countries]))
    rows = answer.find("nps", "month", MARCH, "country")
    assert dict(zip(rows["country"], rows["denominator"], strict=True)) == {"SE": 40, "FI": 12, "(other)": 15}
