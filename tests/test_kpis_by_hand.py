"""KPIs of a tiny shop, worked out on paper: from landed rows through staging to the marts."""

from decimal import Decimal
from typing import Any

import pytest

from tests.planted_landing import DAY, Marts

JANUARY, MARCH, FEBRUARY, NEXT_DAY = "2025-01-01", "2026-03-01", "2026-02-01", "2026-03-03"
WEEK = DAY  # a Monday


def _order(order_id: str, day: str, customer: str, price: str, cost: str, discount: str = "0") -> list[dict[str, Any]]:
    """An order of one line and its line; a fifth of price and discount is VAT."""
    at, paid = f"{day}T10:00", Decimal(price) - Decimal(discount)
    return [
        {
            **{"order_id": order_id, "customer_id": customer, "created_at": at, "processed_at": at},
            **{"last_visit_at": at, "total_amount": paid, "tax_amount": paid / 5},
        },
        {
            **{
                "order_line_id": order_id,
                "order_id": order_id,
                "unit_price_amount": price,
                "discount_amount": discount,
            },
            **{"tax_amount": paid / 5, "unit_cost_amount": cost},
        },
    ]


ORDERS = [
    # Anna: net 200, 100, 50 and 25, of it 80, 40, 30 and 15 of margin, on days 0, 20, 120 and 335.
    _order("a1", "2025-01-06", "k1", "250", "120"),
    _order("a2", "2025-01-26", "k1", "125", "60"),
    _order("a3", "2025-05-06", "k1", "62.5", "20"),
    _order("a4", "2025-12-07", "k1", "31.25", "10"),
    # Bo: net 400 in one February and 100 in the next; then 500 less a discount of 100, and 100 of that came back.
    _order("b1", "2025-02-10", "k2", "500", "100"),
    _order("b3", "2026-02-10", "k2", "125", "100"),
    _order("b2", DAY, "k2", "625", "150", discount="125"),
]
RETURNED = {"order_id": "b2", "order_line_id": "b2", "refunded_at": "2026-03-03T10:00", "quantity": 0}


def _entered(kpi_id: str, numerator: int, denominator: int | None) -> dict[str, Any]:
    return {"kpi_id": kpi_id, "numerator": numerator, "denominator": denominator}


@pytest.fixture(scope="module")
def marts() -> Marts:
    return Marts.of(
        {
            "google_analytics.sessions_daily": [{"sessions": 50}],
            "google_analytics.key_actions_daily": [
                {"key_action": name, "sessions": number}
                for name, number in (("any", 8), ("form", 4), ("newsletter", 3), ("purchase", 1))
            ],
            "google_analytics.people": [
                {"period_grain": "month", "period_start": MARCH, "period_id": f"month:{MARCH}", **more}
                for more in ({"total_users": 40}, {"total_users": 4, "key_action": "any", "report": "total/any"})
            ],
            "mailchimp.reports": [{"emails_sent": 100, "hard_bounces": 10, "unsubscribed": 2}],
            "meta_organic.page_days": [{"date": DAY, "page_id": "f1", "media_views": 700}],
            "google_ads.campaigns_daily": [{"cost_amount": 120, "impressions": 1000, "clicks": 40}],
            "hubspot.contacts": [{"email_hash": "cleo"}],
            "hubspot.contact_stages": [{}, {"stage": "marketingqualifiedlead"}],
            "hubspot.live_ids": [{}],
            "typeform.answers": [
                {"response_id": str(score), "form_id": "f2", "kind": "csat", "score": score} for score in (5, 4, 2)
            ],
            "shopify.customers": [{}, {"customer_id": "k2", "email_hash": "bo"}],
            "shopify.orders": [order for order, _ in ORDERS],
            "shopify.order_lines": [line for _, line in ORDERS],
            "shopify.refund_lines": [RETURNED],
            "config.costs": [
                {"cost_id": name, "cost_type": kind, "amount": amount, "date_from": day, "date_to": day}
                for name, kind, amount, day in (
                    ("x1", "agency_fee", 30, DAY),
                    ("x2", "tool", 20, DAY),
                    ("x3", "staff", 10, DAY),
                    ("x4", "tool", 33, "2025-01-10"),
                )
            ],
            "config.manual_kpis": [
                _entered("margin_net", 12, 100),
                _entered("staff_satisfaction", 56, 7),
                _entered("wait_time", 900, 6),
                _entered("process_lead_time", 30, 4),
                _entered("input_budget", 5000, None),
            ],
            "meta_organic.post_snapshots": [
                {"date": "2026-03-01", "likes": 5},
                {"likes": 9, "shares": 1},
            ],
        }
    )


@pytest.mark.parametrize(
    ("kpi_id", "grain", "start", "numerator", "denominator"),
    [
        ("conversions_form", "day", DAY, 4, None),
        ("conversions_newsletter", "day", DAY, 3, None),
        ("cvr_session_form", "week", WEEK, 4, 50),
        ("cvr_session_newsletter", "week", WEEK, 3, 50),
        ("key_event_rate_form", "week", WEEK, 4, 50),
        ("key_event_rate_newsletter", "week", WEEK, 3, 50),
        ("cvr_user", "month", MARCH, 4, 40),
        ("impressions_organic", "day", DAY, 700, None),
        ("unsubscribe_rate", "day", DAY, 2, 90),
        ("cpa_form", "day", DAY, 120, 4),
        ("cpa_newsletter", "day", DAY, 120, 3),
        ("cpmql", "week", WEEK, 120, 1),
        ("csat_share", "week", WEEK, 2, 3),
        ("discount_share", "week", WEEK, 100, 500),
        ("refund_rate", "week", WEEK, 100, 400),
        ("revenue_growth", "month", FEBRUARY, -300, 400),
        ("ltv_hist_30", "month", JANUARY, 300, 1),
        ("ltv_hist_180", "month", JANUARY, 350, 1),
        ("ltv_hist_365", "month", JANUARY, 375, 1),
        ("ltv_margin_30", "month", JANUARY, 120, 1),
        ("ltv_margin_90", "month", JANUARY, 120, 1),
        ("ltv_margin_180", "month", JANUARY, 150, 1),
        ("ltv_margin_365", "month", JANUARY, 165, 1),
        ("ltv_cac", "month", JANUARY, 165, 33),
        ("repurchase_rate_365", "month", JANUARY, 1, 1),
        ("margin_net", "month", FEBRUARY, 12, 100),
        ("staff_satisfaction", "month", FEBRUARY, 56, 7),
        ("wait_time", "month", FEBRUARY, 900, 6),
        ("process_lead_time", "month", FEBRUARY, 30, 4),
        ("input_budget", "month", FEBRUARY, 5000, None),
        ("social_engagements_daily", "day", DAY, 5, None),
    ],
)
def test_a_kpi_is_what_it_is_on_paper(
    marts: Marts, kpi_id: str, grain: str, start: str, numerator: float, denominator: float | None
) -> None:
    row = marts.row(kpi_id, grain, start)
    assert row["numerator"] == pytest.approx(numerator)
    if denominator is None:
        assert row["value"] == pytest.approx(numerator)
    else:
        assert row["denominator"] == pytest.approx(denominator)
        assert row["value"] == pytest.approx(numerator / denominator)


def test_what_paid_channels_won_is_held_against_their_cost(marts: Marts) -> None:
    """Bo's order of the month: a margin of 250, less the 100 that were given back without the goods."""
    campaign = marts.row("cvr_campaign", "week", WEEK, "campaign", campaign="brand")
    assert (campaign["numerator"], campaign["denominator"]) == (1, 40)
    margin = marts.row("roas_margin", "month", MARCH)
    assert (margin["numerator"], margin["denominator"]) == (150, 150)
    assert marts.value("revenue_by_channel", "month", MARCH, "channel", channel="paid_search") == 300
    assert marts.value("roi", "month", MARCH) == pytest.approx((150 - 180) / 180)
