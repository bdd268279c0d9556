"""Hypothesis strategies for landing rows of a small company: some weeks, few campaigns, two currencies, odd cases."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

LAST_DAY = date(2026, 3, 17)
DAYS = [LAST_DAY - timedelta(days=age) for age in range(40)]
CURRENCIES = {"1": "SEK", "2": "EUR"}
Given = dict[str, list[dict[str, Any]]]

_day = st.sampled_from(DAYS)
_count = st.integers(0, 500)
_amount = st.integers(0, 10_000_000).map(lambda cents: Decimal(cents) / 100)
_CHANNELS = ["Email", "Direct", "Paid Search", "Unassigned"]


def _unique(rows: st.SearchStrategy[dict[str, Any]], *key: str, most: int = 12) -> st.SearchStrategy[Any]:
    return st.lists(rows, min_size=1, max_size=most, unique_by=lambda row: tuple(row[name] for name in key))


@st.composite
def ads(draw: st.DrawFn) -> Given:
    """Campaign days by device in two accounts, and a rate for every day."""
    row = st.fixed_dictionaries(
        {
            "date": _day.map(date.isoformat),
            "account_id": st.sampled_from(sorted(CURRENCIES)),
            "campaign_id": st.sampled_from(["c1", "c2", "c3"]),
            "device": st.sampled_from(["MOBILE", "DESKTOP", "CONNECTED_TV", "OTHER"]),
            "impressions": _count,
            "clicks": _count,
            "cost_amount": _amount,
        }
    )
    rows = draw(_unique(row, "date", "account_id", "campaign_id", "device"))
    for found in rows:
        found["currency"] = CURRENCIES[found["account_id"]]
        found["campaign_name"] = f"{found['account_id']} {found['campaign_id']}"
        found["campaign_type"] = {"c1": "SEARCH", "c2": "PERFORMANCE_MAX", "c3": "DISPLAY"}[found["campaign_id"]]
    countries = [_in_country(found, draw(st.sampled_from(["SE", "NO", None]))) for found in rows]
    return {
        "google_ads.campaigns_daily": rows,
        "google_ads.campaign_countries_daily": countries,
        "config.fx_rates": draw(rates()),
    }


def _in_country(row: dict[str, Any], country: str | None) -> dict[str, Any]:
    """All of a row's delivery in one country; the criterion keeps rows of one campaign day apart."""
    kept = ("date", "account_id", "campaign_id", "currency", "impressions", "clicks", "cost_amount")
    return {name: row[name] for name in kept} | {"country": country, "country_criterion_id": row["device"]}


@st.composite
def rates(draw: st.DrawFn) -> list[dict[str, Any]]:
    """One rate for each day."""
    values = draw(st.lists(st.integers(900, 1300), min_size=len(DAYS), max_size=len(DAYS)))
    return [{"date": day.isoformat(), "rate": Decimal(value) / 100} for day, value in zip(DAYS, values, strict=True)]


@st.composite
def sessions(draw: st.DrawFn) -> Given:
    """Sessions by origin, country and device."""
    row = st.fixed_dictionaries(
        {
            "date": _day.map(date.isoformat),
            "channel_group": st.sampled_from(_CHANNELS),
            "campaign": st.sampled_from(["(not set)", "spring", "1 c1"]),
            "country": st.sampled_from(["Sweden", "Norway", "(not set)", "Atlantis"]),
            "device": st.sampled_from(["mobile", "desktop", "smart tv"]),
            "sessions": _count,
            "page_views": _count,
        }
    )
    rows = draw(_unique(row, "date", "channel_group", "campaign", "country", "device"))
    for found in rows:
        found["engaged_sessions"] = draw(st.integers(0, found["sessions"]))
    return {"google_analytics.sessions_daily": rows}


@st.composite
def orders(draw: st.DrawFn) -> Given:
    """Orders in every state with their lines and what came back of them."""
    order_row: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
        {
            "day": _day,
            "hour": st.integers(0, 23),
            "customer_id": st.sampled_from(["k1", "k2", None]),
            "financial_status": st.sampled_from(["PAID", "PENDING", "REFUNDED", "PARTIALLY_PAID"]),
            "is_test": st.sampled_from([False, False, False, True]),
            "journey_status": st.sampled_from(["known", "not_ready", "null"]),
            "last_utm_source": st.sampled_from(["google", "newsletter", "direct"]),
            "country_code": st.sampled_from(["SE", "NO", None]),
            "lines": st.lists(st.tuples(st.integers(1, 4), st.integers(100, 50_000)), min_size=1, max_size=3),
            "refunded": st.sampled_from([None, None, 0, 3, 30]),
        }
    )
    chosen = draw(st.lists(order_row, min_size=1, max_size=10))
    found: Given = {"shopify.orders": [], "shopify.order_lines": [], "shopify.refund_lines": []}
    for number, order in enumerate(chosen):
        order_id, at = f"o{number}", f"{order['day']}T{order['hour']:02}:15"
        medium = {"google": "cpc", "newsletter": "email", "direct": None}[order["last_utm_source"]]
        kept = ("customer_id", "financial_status", "is_test", "journey_status", "last_utm_source", "country_code")
        row = {name: order[name] for name in kept}
        found["shopify.orders"].append(row | {"order_id": order_id, "created_at": at, "last_utm_medium": medium})
        for position, (quantity, price) in enumerate(order["lines"]):
            line = _line(f"{order_id}l{position}", order_id, quantity, price)
            found["shopify.order_lines"].append(line)
            if position == 0 and order["refunded"] is not None:
                back = {"refunded_at": f"{order['day'] + timedelta(days=order['refunded'])}T21:00"}
                found["shopify.refund_lines"].append(_refund(line) | back)
    found["shopify.customers"] = [{"customer_id": name, "email_hash": name} for name in ("k1", "k2")]
    return found


def _line(line_id: str, order_id: str, quantity: int, price_cents: int) -> dict[str, Any]:
    amount = Decimal(quantity * price_cents) / 100
    tax = (amount / 5).quantize(Decimal("0.01"))  # a fifth of what includes 25 %
    row: dict[str, Any] = {"order_line_id": line_id, "order_id": order_id, "quantity": quantity}
    return row | {"unit_price_amount": Decimal(price_cents) / 100, "tax_amount": tax}


def _refund(line: dict[str, Any]) -> dict[str, Any]:
    """The whole line is sent back."""
    row = {"refund_line_id": f"r{line['order_line_id']}", "refund_id": f"r{line['order_id']}"}
    row |= {"order_id": line["order_id"], "order_line_id": line["order_line_id"], "quantity": line["quantity"]}
    return row | {"amount": line["quantity"] * line["unit_price_amount"], "tax_amount": line["tax_amount"]}


@st.composite
def companies(draw: st.DrawFn) -> Given:
    """All of it together."""
    return draw(ads()) | draw(sessions()) | draw(orders())
