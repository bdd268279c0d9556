"""Test cases of the KPI catalogue, section 7, computed by hand: leads, customers, cohorts, orders."""

import math
from typing import Any

import pytest

from tests.planted import Published, planted

MARCH, SECOND = "2026-03-01", "2026-03-02"
WEEK = SECOND  # a Monday
ADDRESS = "anna@example.com"


def test_case_9_a_contact_that_enters_mql_twice_counts_in_the_first_month() -> None:
    entries = [("lead", "2026-01-05T10:00"), ("marketingqualifiedlead", "2026-01-20T10:00")]
    entries += [("lead", "2026-02-01T10:00"), ("marketingqualifiedlead", "2026-02-10T10:00")]
    stages = [{"stage": stage, "entered_at": at} for stage, at in entries]
    answer = Published(planted(contacts=[{}], contact_stages=stages))
    assert answer.value("mql", "month", "2026-01-01") == 1
    assert answer.value("mql", "month", "2026-02-01") == 0
    assert answer.value("leads", "month", "2026-01-01") == 1
    assert answer.value("mql_rate_30", "month", "2026-01-01") == 1


def test_a_skipped_stage_is_dated_by_the_next_one_and_subscribers_are_no_leads() -> None:
    stages = [{"stage": "subscriber"}, {"contact_id": "h2", "stage": "salesqualifiedlead"}]
    answer = Published(planted(contacts=[{}, {"contact_id": "h2"}], contact_stages=stages))
    assert answer.value("leads", "month", MARCH) == 1
    assert answer.value("mql", "month", MARCH) == 1


def test_leads_without_history_tests_deleted_and_archived_contacts() -> None:
    contacts = [
        {"contact_id": "plain"},
        {"contact_id": "test", "is_test": True},
        {"contact_id": "deleted", "deleted_at": "2026-03-05T10:00"},
        {"contact_id": "deleted later", "deleted_at": "2026-03-18T05:31"},
        {"contact_id": "archived", "archived_at": "2026-03-05T10:00"},
    ]
    assert Published(planted(contacts=contacts)).value("leads", "day", SECOND) == 3


def test_a_merged_contact_is_its_winner_with_the_earliest_date() -> None:
    loser = {"contact_id": "old", "created_at": "2026-01-02T10:00", "merged_into": "h1", "country": "NO"}
    loser |= {"merged_at": "2026-03-10T10:00", "original_source": "REFERRALS", "latest_source": "REFERRALS"}
    stages = [{"contact_id": "old", "entered_at": "2026-01-02T10:00"}, {"entered_at": "2026-03-02T10:00"}]
    answer = Published(planted(contacts=[{}, loser], contact_stages=stages))
    assert answer.value("leads", "month", "2026-01-01") == 1
    assert answer.value("leads", "month", MARCH) == 0
    # The winner's latest source came after the lead, so the original source of the earlier contact stands.
    assert answer.value("leads", "month", "2026-01-01", "channel", channel="referral") == 1
    assert answer.value("leads", "month", "2026-01-01", "country", country="SE") == 1
    before = planted(contacts=[{}, loser | {"merged_at": "2026-03-18T06:00"}], contact_stages=stages)
    assert Published(before).value("leads", "month", MARCH) == 1


def test_the_latest_source_counts_if_it_was_known_at_the_lead() -> None:
    later = {"latest_source": "PAID_SEARCH", "latest_campaign": "everything"}
    contacts = [
        {"contact_id": "h1", "latest_source_at": "2026-03-02T10:00", **later},
        {"contact_id": "h2", "latest_source_at": "2026-03-02T10:01", **later},
    ]
    campaigns = [{"name": "everything", "channel": "cross_network"}]
    stages = [{"contact_id": "h1"}, {"contact_id": "h2"}]
    answer = Published(planted(contacts=contacts, contact_stages=stages, campaigns=campaigns))
    assert answer.value("leads", "day", SECOND, "channel", channel="cross_network") == 1
    assert answer.value("leads", "day", SECOND, "channel", channel="organic_search") == 1
    assert answer.value("leads", "day", SECOND, "campaign", campaign="everything") == 1


def _shop(*orders: dict[str, Any], **tables: list[dict[str, Any]]) -> Published:
    """Orders with one line each of 100 excl. VAT, 25 % VAT."""
    lines = [{"line_id": f"l{i}", "order_id": order.get("order_id", "o1")} for i, order in enumerate(orders)]
    return Published(planted(None, **{"customers": [{}], "orders": list(orders), "order_lines": lines} | tables))


def test_case_10_two_accounts_of_one_person_are_one_new_customer() -> None:
    customers = [{"email": "Anna@Example.com "}, {"customer_id": "k2", "email": ADDRESS}]
    second = {"order_id": "o2", "customer_id": "k2", "created_at": "2026-03-03T10:00", "paid_at": "2026-03-03T10:00"}
    assert _shop({}, second, customers=customers).value("new_customers", "month", MARCH) == 1
    # A shared mailbox joins nobody, and neither does an address on three live contacts.
    shared = [{"email": "info@example.com"}, {"customer_id": "k2", "email": "info@example.com"}]
    assert _shop({}, second, customers=shared).value("new_customers", "month", MARCH) == 2
    contacts = [{"contact_id": f"h{i}", "email": ADDRESS, "original_source": "OFFLINE"} for i in range(3)]
    assert _shop({}, second, customers=customers, contacts=contacts).value("new_customers", "month", MARCH) == 2
    assert _shop({}, second, customers=customers, contacts=contacts[:2]).value("new_customers", "month", MARCH) == 1


def test_a_won_deal_makes_a_customer_once_with_the_channel_of_its_contact() -> None:
    contact = {"email": "k1@example.com", "original_source": "REFERRALS", "latest_source": "REFERRALS"}
    answer = _shop({}, contacts=[contact], deals=[{"closed_at": "2026-02-27T10:00"}])
    assert answer.value("new_customers", "month", "2026-02-01", "channel", channel="referral") == 1
    assert answer.value("new_customers", "month", MARCH) == 0
    assert answer.find("revenue_new", "month", MARCH).empty
    later = _shop({}, contacts=[contact], deals=[{"closed_at": "2026-03-10T10:00"}])
    assert later.value("new_customers", "month", MARCH, "channel", channel="paid_search") == 1


@pytest.mark.parametrize(
    ("order", "orders", "new_customers"),
    [
        ({}, 1, 1),
        ({"paid_at": None}, 0, 0),
        ({"paid_at": "2026-03-18T05:31"}, 0, 0),
        ({"is_test": True}, 0, 0),
        ({"is_draft": True}, 0, 0),
        ({"cancelled_at": "2026-03-04T10:00"}, 1, 0),
        ({"customer_id": "", "source_name": "pos"}, 1, 0),
    ],
)
def test_which_orders_and_customers_count(order: dict[str, Any], orders: int, new_customers: int) -> None:
    other = {"order_id": "o2", "customer_id": "k2", "created_at": "2026-03-02T11:00"}
    answer = _shop(order, other, customers=[{}, {"customer_id": "k2", "email": "k2@example.com"}])
    assert answer.value("orders", "month", MARCH) == orders + 1
    assert answer.value("new_customers", "month", MARCH) == new_customers + 1


def test_orders_lie_on_the_companys_day() -> None:
    late = {"created_at": "2026-03-01T23:30", "paid_at": "2026-03-01T23:31"}
    answer = _shop(late, {"order_id": "o2"}, {"order_id": "o3", "created_at": "2026-03-17T23:30"})
    assert answer.value("orders", "day", SECOND) == 2
    assert answer.value("orders", "month", MARCH) == 2  # o3 is of the 18th in Stockholm: not complete


def test_revenue_with_discount_refund_vat_and_gift_card() -> None:
    lines = [
        {"line_id": "book", "quantity": 2, "unit_price_micros": 112_000_000, "vat_rate": 0.12},
        {"line_id": "lamp", "discount_micros": 25_000_000},
        {"line_id": "card", "is_gift_card": True, "vat_rate": 0.0},
    ]
    refund = {"line_id": "book", "amount_micros": 112_000_000, "refunded_at": "2026-03-09T10:00"}
    answer = _shop({}, order_lines=lines, refunds=[refund])
    assert answer.value("revenue_gross", "day", SECOND) == pytest.approx(300)
    assert answer.value("revenue_net", "day", SECOND) == pytest.approx(280)
    assert answer.value("revenue_net", "day", "2026-03-09") == pytest.approx(-100)
    assert answer.value("aov", "month", MARCH) == pytest.approx(280)
    assert answer.value("aov_net", "month", MARCH) == pytest.approx(180)
    assert answer.value("revenue_new", "month", MARCH) == pytest.approx(180)


def test_vat_is_rounded_half_away_from_zero_per_line() -> None:
    line = {"unit_price_micros": 140_000, "vat_rate": 0.12}  # 0.14 holds 0.015 VAT: 0.02
    assert _shop({}, order_lines=[line]).value("revenue_net", "day", SECOND) == pytest.approx(0.12)


def test_attribution_takes_the_last_visit_that_is_not_direct() -> None:
    direct = {"last_source": "direct", "last_medium": "", "last_campaign": ""}
    cases = [
        ({}, "paid_search", "brand"),
        (direct, "paid_search", "brand"),
        (direct | {"first_source": "direct", "first_medium": "", "first_campaign": ""}, "direct", "unknown"),
        (direct | {"first_visit_at": "2025-12-01T10:00"}, "direct", "unknown"),
        ({"journey": "null"}, "unknown", "unknown"),
        ({"first_visit_at": None, "last_visit_at": None}, "unknown", "unknown"),
        ({"journey": "not_ready"}, "paid_search", "brand"),
        ({"source_name": "pos", "journey": "null"}, "pos", "unknown"),
        ({"last_source": "facebook", "last_medium": "social", "last_campaign": ""}, "organic_social", "unknown"),
        ({"last_source": "someone", "last_medium": "banner", "last_campaign": ""}, "unknown", "unknown"),
    ]
    days = [f"2026-03-{2 + number:02}" for number in range(len(cases))]
    orders = [
        case[0] | {"order_id": day, "created_at": f"{day}T10:00", "paid_at": f"{day}T10:00"}
        for day, case in zip(days, cases, strict=True)
    ]
    answer = _shop(*orders, campaigns=[{}])
    for day, (order, channel, campaign) in zip(days, cases, strict=True):
        assert answer.value("orders", "day", day, "channel", channel=channel) == 1, order
        assert answer.value("orders", "day", day, "campaign", campaign=campaign) == 1, order
        basis = answer.row("orders", "day", day, "channel", channel=channel)["attribution_basis"]
        assert basis == "first_party:last_non_direct"
        assert answer.row("orders", "day", day)["attribution_basis"] == "none"


def test_a_journey_that_is_not_ready_is_unknown_for_a_day() -> None:
    young = {"journey": "not_ready", "created_at": "2026-03-17T06:00", "paid_at": "2026-03-17T06:00"}
    assert _shop(young).value("orders", "day", "2026-03-17", "channel", channel="unknown") == 1


def _bought(order_id: str, at: str) -> dict[str, Any]:
    return {"order_id": order_id, "created_at": at, "paid_at": at}


def test_case_17_only_customers_observed_long_enough_are_in_the_repurchase_rate() -> None:
    recent = _shop(_bought("o1", "2026-02-25T10:00"), _bought("o2", "2026-02-27T10:00"))
    assert recent.find("repurchase_rate_90", "month", "2026-02-01").empty
    old = _shop(_bought("o1", "2025-11-03T10:00"), _bought("o2", "2026-02-01T10:00"))
    assert old.value("repurchase_rate_90", "month", "2025-11-01") == 1  # exactly 90 days
    late = _shop(_bought("o1", "2025-11-03T10:00"), _bought("o2", "2026-02-02T10:00"))
    assert late.value("repurchase_rate_90", "month", "2025-11-01") == 0
    refund = {"order_id": "o2", "line_id": "l1"}
    sold = (_bought("o1", "2025-11-03T10:00"), _bought("o2", "2026-02-01T10:00"))
    assert _shop(*sold, refunds=[refund]).value("repurchase_rate_90", "month", "2025-11-01") == 0


def test_lifetime_value_of_a_cohort_and_buyers() -> None:
    sold = (_bought("o1", "2025-11-03T10:00"), _bought("o2", "2026-02-01T10:00"), _bought("o3", "2026-02-02T10:00"))
    refund = {"refunded_at": "2025-11-20T10:00", "line_id": "l0", "amount_micros": 25_000_000}
    answer = _shop(*sold, refunds=[refund])
    assert answer.value("ltv_hist_90", "month", "2025-11-01") == pytest.approx(180)
    # The youngest possible member of the quarter, 31 December, is not 90 days old.
    assert answer.find("ltv_hist_90", "quarter", "2025-10-01").empty
    assert answer.value("returning_share", "month", "2025-11-01") == 0
    assert answer.value("returning_share", "month", "2026-02-01") == 1
    assert math.isnan(answer.value("returning_share", "month", MARCH))
    assert answer.value("arppu", "month", "2026-02-01") == pytest.approx(200)


def test_cac_adds_costs_spread_by_day() -> None:
    fee = {"date_from": "2026-03-01", "date_to": "2026-03-31", "amount_micros": 310_000_000}
    tool = fee | {"cost_id": "x2", "cost_type": "tool", "amount_micros": 31_000_000, "channel": "email"}
    spend = {"spend_micros": 30_000_000, "impressions": 1}
    answer = _shop({}, costs=[fee, tool], ad_delivery=[spend], campaigns=[{}], accounts=[{}])
    assert answer.value("cac_media", "month", MARCH) == pytest.approx(30)
    assert answer.value("cac_paid", "month", MARCH) == pytest.approx(30 + 170)
    assert answer.value("cac_blended", "month", MARCH) == pytest.approx(30 + 170 + 17)
    assert answer.value("spend_full", "month", MARCH, "channel", channel="email") == pytest.approx(17)
    assert answer.value("mer", "month", MARCH) == pytest.approx(100 / 217)
