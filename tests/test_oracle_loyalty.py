"""Conversion, contracts and cohorts on planted data, computed by hand."""

import math
from typing import Any

import pandas as pd
import pytest

from tests.planted import Published, planted

MARCH = "2026-03-01"


def _shop(*orders: dict[str, Any], **tables: list[dict[str, Any]]) -> Published:
    """Orders with one line each of 125 with 25 % VAT, whose product cost 40."""
    lines = [{"line_id": f"l{i}", "order_id": order.get("order_id", "o1")} for i, order in enumerate(orders)]
    given = {"customers": [{}], "products": [{}], "orders": list(orders), "order_lines": lines}
    return Published(planted(None, **given | tables))


def test_case_6_each_step_of_the_roas_ladder_takes_something_off() -> None:
    answer = _shop(
        {},
        accounts=[{}],
        campaigns=[{}],
        ad_delivery=[{"spend_micros": 40_000_000, "impressions": 100, "clicks": 20}],
        claims=[{"value_micros": 125_000_000}],
        costs=[{"channel": "paid_search", "amount_micros": 10_000_000}],
    )
    assert answer.value("roas_platform", "week", "2026-03-02", "platform", platform="google_ads") == 3.125
    assert answer.value("roas_first_party", "month", MARCH) == 3.125
    assert answer.value("roas_net_media", "month", MARCH) == 2.5
    assert answer.value("roas_net", "month", MARCH) == 2.0
    assert answer.value("roas_margin", "month", MARCH) == 60 / 50
    assert answer.value("roi", "month", MARCH) == pytest.approx((60 - 50) / 50)
    assert answer.value("cvr_campaign", "month", MARCH, "campaign", campaign="brand") == 1 / 20


def test_two_claims_of_one_order_are_one_first_party_order_and_no_total() -> None:
    claims = [{"value_micros": 125_000_000}]
    claims += [{"platform": "meta_ads", "account_id": "m", "campaign_id": "c2", "value_micros": 125_000_000}]
    campaigns = [{}, {"campaign_id": "c2", "platform": "meta_ads", "account_id": "m", "name": "feed"}]
    accounts = [{}, {"platform": "meta_ads", "account_id": "m"}]
    spend = [{"spend_micros": 50_000_000}]
    spend += [{"platform": "meta_ads", "account_id": "m", "campaign_id": "c2", "spend_micros": 50_000_000}]
    answer = _shop({}, campaigns=campaigns, claims=claims, accounts=accounts, ad_delivery=spend)
    for platform in ("google_ads", "meta_ads"):
        assert answer.value("roas_platform", "month", MARCH, "platform", platform=platform) == 2.5
    assert set(answer.rows("roas_platform")["segment_set"]) == {"platform", "campaign"}
    assert answer.value("roas_first_party", "month", MARCH) == 1.25
    assert answer.value("claims_ratio", "month", MARCH) == 2


def test_margin_needs_a_known_cost_and_returned_pieces_bring_theirs_back() -> None:
    answer = _shop(
        {},
        {"order_id": "o2"},
        products=[{}, {"product_id": "x2", "unit_cost_micros": 0}],
        order_lines=[{}, {"line_id": "l2", "order_id": "o2", "quantity": 2}],
        refunds=[{"order_id": "o2", "line_id": "l2", "quantity": 1}],
        campaigns=[{}],
        ad_delivery=[{"spend_micros": 60_000_000}],
    )
    # 100 − 40, 200 − 80, and a piece back: −(100 − 40).
    assert answer.row("roas_margin", "month", MARCH)["numerator"] == 120
    uncosted = _shop({}, products=[], campaigns=[{}], ad_delivery=[{"spend_micros": 60_000_000}])
    # Where no cost is known there is no margin, not one of 0.
    with pytest.raises(AssertionError, match="0 rows of roas_margin"):
        uncosted.row("roas_margin", "month", MARCH)


def test_who_gives_the_first_order_back_is_new_and_not_kept() -> None:
    answer = _shop({}, {"order_id": "o2", "customer_id": "k2"}, customers=[{}, _customer("k2")], refunds=[{}])
    assert answer.value("new_customers", "month", MARCH) == 2
    assert answer.value("new_customers_kept", "month", MARCH) == 1


def _customer(name: str) -> dict[str, Any]:
    return {"customer_id": name, "email": f"{name}@example.com"}


def test_immature_ages_say_nothing() -> None:
    old = {"created_at": "2025-09-01T10:00", "paid_at": "2025-09-01T10:01"}
    later = {"order_id": "o2", "created_at": "2025-12-01T10:00", "paid_at": "2025-12-01T10:01"}
    answer = _shop(old, later)
    # All of September has 168 days by 17 March: 30, not 180.
    assert answer.value("ltv_hist_30", "month", "2025-09-01") == 100
    assert answer.value("ltv_margin_90", "month", "2025-09-01") == 60
    for immature in ("ltv_hist_180", "ltv_margin_365", "ltv_cac", "repurchase_rate_365"):
        assert answer.find(immature, "month", "2025-09-01").empty
    assert answer.value("repurchase_rate_90", "month", "2025-09-01") == 0  # 91 days later
    assert answer.value("conversions_returning", "month", "2025-12-01") == 1
    assert answer.find("conversions_returning", "month", "2025-09-01").empty


def test_a_cohort_pays_back_what_winning_it_cost() -> None:
    orders = [{"created_at": "2025-01-10T10:00", "paid_at": "2025-01-10T10:01"}]
    orders += [{"order_id": "o2", "created_at": "2025-02-20T10:00", "paid_at": "2025-02-20T10:01"}]
    fee = {"date_from": "2025-01-31", "date_to": "2025-01-31", "amount_micros": 90_000_000}
    answer = _shop(*orders, costs=[fee])
    assert answer.value("ltv_cac", "month", "2025-01-01") == 120 / 90
    assert answer.value("cac_payback", "month", "2025-01-01") == 60  # 60 on day 0, 120 on day 41
    too_dear = _shop(*orders, costs=[fee | {"amount_micros": 121_000_000}])
    assert too_dear.find("cac_payback", "month", "2025-01-01").empty


def test_cost_is_shifted_by_the_median_way_to_a_customer() -> None:
    contacts = [{"email": "k1@example.com", "created_at": "2026-02-20T10:00", "latest_source_at": "2026-02-20T10:00"}]
    stages = [{"entered_at": "2026-02-20T10:00"}]
    fee = {"date_from": "2026-02-20", "date_to": "2026-02-20", "amount_micros": 70_000_000}
    answer = _shop({}, contacts=contacts, contact_stages=stages, costs=[fee])
    assert answer.value("cac_blended", "month", MARCH) == 0
    assert answer.value("cac_lagged", "month", MARCH) == 70  # ten days later
    assert answer.find("cac_lagged", "month", "2026-02-01").empty


def test_leads_and_sign_ups_become_customers_in_time() -> None:
    contacts = [{"email": "k1@example.com", "created_at": "2025-06-01T10:00", "latest_source_at": "2025-06-01T10:00"}]
    stages = [{"entered_at": "2025-06-01T10:00"}]
    early = {"order_id": "o0", "customer_id": "k0", "created_at": "2025-05-01T10:00", "paid_at": "2025-05-01T10:00"}
    bought = {"created_at": "2025-06-30T10:00", "paid_at": "2025-06-30T10:00"}
    customers = [{}, _customer("k0")]
    answer = _shop(early, bought, customers=customers, contacts=contacts, contact_stages=stages)
    assert answer.value("cvr_sales_180", "month", "2025-06-01") == 1
    assert answer.value("activation_rate_30", "month", "2025-06-01") == 1
    late = _shop(
        early,
        {"created_at": "2025-11-29T10:00", "paid_at": "2025-11-29T10:00"},
        customers=customers,
        contacts=contacts,
        contact_stages=stages,
    )
    assert late.value("cvr_sales_180", "month", "2025-06-01") == 0  # 181 days
    assert late.value("activation_rate_30", "month", "2025-06-01") == 0


def test_a_recipient_converts_through_the_send_within_seven_days() -> None:
    visit = {"last_source": "newsletter", "last_medium": "email", "last_campaign": "March"}
    orders = [
        {"created_at": at, "paid_at": at, "order_id": f"o{n}", **visit}
        for n, at in enumerate(("2026-03-03T10:00", "2026-03-04T10:00", "2026-03-09T10:01"))
    ]
    mails = [{"member_no": f"m{n}"} for n in range(10)]
    answer = _shop(*orders, mail_campaigns=[{}], mail_recipients=mails)
    assert answer.value("cvr_email_7", "week", "2026-03-02") == 1 / 10
    assert math.isnan(answer.value("cvr_email_7", "week", "2026-03-09"))


def test_a_silent_customer_lapses_after_twice_their_own_gap() -> None:
    days = ("2025-10-02", "2025-11-11", "2025-12-31")  # gaps of 40 and 50 days: 90 days
    often = [{"order_id": day, "created_at": f"{day}T10:00", "paid_at": f"{day}T10:00"} for day in days]
    once = {"order_id": "once", "customer_id": "k2", "created_at": "2025-12-01T10:00", "paid_at": "2025-12-01T10:00"}
    answer = _shop(*often, once, customers=[{}, _customer("k2")])
    january = answer.row("lapse_rate", "month", "2026-01-01")
    assert (january["numerator"], january["denominator"]) == (1, 2)
    assert answer.row("lapse_rate", "month", "2026-02-01")["numerator"] == 0
    assert answer.row("arpu", "month", "2026-01-01")["denominator"] == 1.5


def test_flows_of_recurring_revenue_add_up_to_the_change() -> None:
    contracts = [
        {"started_at": "2025-06-01T10:00", "ended_at": "2026-01-10T10:00"},
        {"started_at": "2026-01-10T10:00", "monthly_micros": 130_000_000},
        {"customer_id": "gone", "started_at": "2025-06-01T10:00", "ended_at": "2026-01-20T10:00"},
        {"customer_id": "back", "started_at": "2025-06-01T10:00", "ended_at": "2025-08-01T10:00"},
        {"customer_id": "back", "started_at": "2026-01-05T10:00", "monthly_micros": 80_000_000},
        {"customer_id": "new", "started_at": "2026-01-31T10:00", "monthly_micros": 40_000_000},
    ]
    answer = Published(planted(subscriptions=[c | {"subscription_id": str(n)} for n, c in enumerate(contracts)]))
    flows = {"mrr_new": 40, "mrr_reactivation": 80, "mrr_up": 30, "mrr_down": 0, "mrr_lost": 100}
    assert {name: answer.value(name, "month", "2026-01-01") for name in flows} == flows
    assert answer.value("mrr_start", "month", "2026-01-01") == 200
    assert answer.value("mrr_start", "month", "2026-02-01") == 200 + 40 + 80 + 30 - 100
    assert answer.value("churn_contract", "month", "2026-01-01") == 0.5
    assert answer.value("churn_revenue", "month", "2026-01-01") == 0.5
    assert answer.value("retention_monthly", "month", "2026-01-01") == 0.5


def test_case_18_survivals_multiply() -> None:
    left = [round(1000 * 0.97**month) for month in range(13)]
    months = pd.date_range("2025-01-15", periods=12, freq="MS") + pd.Timedelta(days=14)
    contracts = []
    for number in range(1, 1001):
        gone = next((month for month in range(1, 13) if number > left[month]), None)
        ended = None if gone is None else months[gone - 1]
        contracts.append(
            {"subscription_id": str(number), "customer_id": str(number), "started_at": "2024-05-01", "ended_at": ended}
        )
    answer = Published(planted(subscriptions=contracts))
    last = answer.row("retention_yearly", "month", str(months[-1].replace(day=1).date()))
    assert (last["numerator"], last["denominator"]) == (left[12], 1000)
    assert round(float(last["value"]), 3) == 0.694
    assert answer.value("retention_monthly", "month", "2025-02-01") == pytest.approx(0.97, abs=1e-3)


def test_spend_is_held_against_the_plan_to_date() -> None:
    plan = [{"date_from": "2026-03-01", "date_to": "2026-03-20", "amount_micros": 210_000_000}]
    curve = [{"date": "2026-03-17", "weight_thousandths": 2_000}]
    spend = [{"spend_micros": 90_000_000}]
    answer = Published(planted(budgets=plan, budget_days=curve, ad_delivery=spend, campaigns=[{}], accounts=[{}]))
    # 16 days of 10, one of 20; three more are to come.
    assert answer.value("budget_used", "month", MARCH) == 0.5
    assert answer.value("budget_used", "month", MARCH, "channel", channel="paid_search") == 0.5


def test_positive_reviews_are_a_share_of_the_classed() -> None:
    reviews = [{"review_id": str(n), "is_positive": sign} for n, sign in enumerate((True, True, False, None))]
    assert Published(planted(reviews=reviews)).value("review_positive", "month", MARCH) == 2 / 3
