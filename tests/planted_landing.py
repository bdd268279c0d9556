"""Landing tables written by hand: a few rows as a vendor would send them, brought to `kpi_values` by the models."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from connectors import source
from connectors.config import read_config
from tests.answers import Answers
from tests.runner import Landing, run
from tests.runner.execution import OWN

AS_OF = datetime(2026, 3, 18, 5, 30, tzinfo=UTC)  # so data goes until 2026-03-17
DAY, AT = "2026-03-02", "2026-03-02T10:00"  # a Monday
CONFIG = Path(__file__).resolve().parents[1] / "sandbox" / "config"

_ACCOUNT = {"date": DAY, "account_id": "1", "time_zone": "Europe/Stockholm", "currency": "SEK"}
_PROPERTY = {"property_id": "1", "time_zone": "Europe/Stockholm", "currency": "SEK"}
_WHOLE = {"has_other_row": False, "is_thresholded": False, "is_sampled": False}
_ORIGIN = {"channel_group": "Email", "source": "newsletter", "medium": "email", "campaign": "(not set)"}
_NO_PURCHASES = {"omni_purchases": None, "omni_purchase_value_amount": None}
_COUNTS = {"impressions": 1, "clicks": 0, "inline_link_clicks": 0, "spend_amount": 0}

# What a row has unless it says otherwise; columns that are not here are null.
DEFAULTS: dict[str, dict[str, Any]] = {
    "google_ads.campaigns_daily": {
        **_ACCOUNT,
        **{"campaign_id": "c1", "campaign_name": "brand", "campaign_type": "SEARCH", "device": "MOBILE"},
        **{"impressions": 1, "clicks": 0, "cost_amount": 0, "engagements": 0, "video_views": 0},
    },
    "google_ads.campaign_countries_daily": {
        **_ACCOUNT,
        **{
            "campaign_id": "c1",
            "country_criterion_id": "2752",
            "country": "SE",
            "location_type": "LOCATION_OF_PRESENCE",
        },
        **{"impressions": 1, "clicks": 0, "cost_amount": 0, "conversions": 0, "conversions_value_amount": 0},
    },
    "google_ads.ads_daily": {
        **_ACCOUNT,
        **{"campaign_id": "c1", "ad_group_id": "g1", "ad_id": "a1", "impressions": 1, "clicks": 0, "cost_amount": 0},
    },
    "google_ads.conversion_actions_daily": {
        **_ACCOUNT,
        **{"campaign_id": "c1", "device": "MOBILE", "conversion_action": "Purchase", "conversion_category": "PURCHASE"},
        **{"conversions": 1, "conversions_value_amount": 0},
    },
    "google_analytics.sessions_daily": {
        **{"date": DAY, **_PROPERTY, **_ORIGIN, "country": "Sweden", "device": "mobile", "sessions": 1},
        **{"engaged_sessions": 0, "page_views": 1, "engagement_seconds": 0, "new_users": 0, "transactions": 0},
        **{"revenue_amount": 0, **_WHOLE},
    },
    "google_analytics.key_actions_daily": {
        **{"date": DAY, **_PROPERTY, **_ORIGIN, "country": "Sweden", "device": "mobile", "key_action": "any"},
        **{"sessions": 1, **_WHOLE},
    },
    "google_analytics.landing_pages_daily": {
        **{"date": DAY, **_PROPERTY, "channel_group": "Email", "landing_page": "/", "key_action": "(all)"},
        **{"sessions": 1, "engaged_sessions": 0, **_WHOLE},
    },
    "google_analytics.people": {
        **{"period_grain": "day", "period_start": DAY, "report": "total", **_PROPERTY, "segment_set": "total"},
        **{"channel_group": "(all)", "country": "(all)", "device": "(all)", "key_action": "(all)", "total_users": 1},
        **{"active_users": 1, "new_users": 0, **_WHOLE},
    },
    "meta_ads.campaigns_daily": {
        **_ACCOUNT,
        **{"campaign_id": "c2", "campaign_name": "social", "objective": "OUTCOME_SALES", **_COUNTS, **_NO_PURCHASES},
    },
    "meta_ads.campaign_actions_daily": {
        **_ACCOUNT,
        **{"campaign_id": "c2", "action_type": "omni_purchase", "actions": 1, "value_amount": 0},
    },
    "meta_ads.reach": {
        **{"period_grain": "day", "period_start": DAY, "account_id": "1", "time_zone": "Europe/Stockholm"},
        **{"currency": "SEK", "level": "campaign", "campaign_id": "c2", "ad_set_id": "", "reach": 0, "impressions": 0},
    },
    "meta_organic.posts": {
        **{"published_date": DAY, "post_id": "s1", "platform": "facebook", "account_id": "f1", "published_at": AT},
        **{"post_type": "photo", "likes": 0, "comments": 0, "shares": 0, "saves": None, "views": 0, "reach": 0},
    },
    "meta_organic.page_days": {"date": DAY, "page_id": "f1"},
    "meta_organic.post_snapshots": {
        **{"date": DAY, "post_id": "s1", "platform": "facebook", "account_id": "f1"},
        **{"published_at": "2026-02-20T10:00", "likes": 0, "comments": 0, "shares": 0},
    },
    "shopify.orders": {
        **{"order_id": "o1", "customer_id": "k1", "created_at": AT, "processed_at": AT, "updated_at": AT},
        **{"is_test": False, "financial_status": "PAID", "source_name": "web", "country_code": "SE"},
        **{"currency": "SEK", "presentment_currency": "SEK", "is_tax_included": True, "total_amount": 125},
        **{"tax_amount": 25, "discount_amount": 0, "shipping_amount": 0, "refunded_amount": 0},
        **{"journey_status": "known", "last_visit_at": AT, "last_utm_source": "google", "last_utm_medium": "cpc"},
        **{"last_utm_campaign": "brand", "last_source": "google"},
    },
    "shopify.order_lines": {
        **{"order_line_id": "l1", "order_id": "o1", "product_id": "p1", "quantity": 1, "unit_price_amount": 125},
        **{"discount_amount": 0, "tax_amount": 25, "tax_rate": "0.25", "is_gift_card": False},
    },
    "shopify.refund_lines": {
        **{"refund_line_id": "r1", "refund_id": "r1", "order_id": "o1", "order_line_id": "l1", "refunded_at": AT},
        **{"quantity": 1, "amount": 125, "tax_amount": 25},
    },
    "shopify.customers": {
        **{"customer_id": "k1", "email_hash": "anna", "is_role_address": False, "is_business": False},
        **{"country_code": "SE", "created_at": "2025-01-01T10:00"},
    },
    "hubspot.contacts": {
        **{"contact_id": "h1", "email_hash": "anna", "is_role_address": False, "country_code": "SE", "is_test": False},
        **{"original_source": "ORGANIC_SEARCH", "is_archived": False, "created_at": AT, "updated_at": AT},
    },
    "hubspot.contact_stages": {"contact_id": "h1", "stage": "lead", "entered_at": AT},
    "hubspot.contact_merges": {"loser_id": "h2", "winner_id": "h1"},
    "hubspot.deals": {
        **{"deal_id": "d1", "contact_id": "h1", "pipeline": "default", "stage": "closedwon", "amount": 0},
        **{"currency": "SEK", "close_date": AT, "is_closed": True, "is_won": True, "created_at": AT, "updated_at": AT},
    },
    "hubspot.live_ids": {"object_type": "contacts", "object_id": "h1"},
    "mailchimp.reports": {
        **{"sent_date": DAY, "campaign_id": "n1", "title": "March", "list_id": "m1", "sent_at": AT, "emails_sent": 0},
        **{"hard_bounces": 0, "soft_bounces": 0, "syntax_errors": 0, "unique_opens": 0},
        **{"proxy_excluded_unique_opens": 0, "unique_subscriber_clicks": 0, "unsubscribed": 0, "abuse_reports": 0},
    },
    "typeform.answers": {"form_id": "f1", "kind": "nps", "touchpoint": "purchase", "submitted_at": AT, "country": "SE"},
    "files.subscriptions": {
        **{"subscription_id": "u1", "customer_id": "k1", "started_at": "2026-01-02T10:00", "monthly_amount": 100},
        **{"currency": "SEK", "ended_at": None},
    },
    "config.company": {"reporting_currency": "SEK"},
    "config.costs": {
        **{"cost_id": "x1", "date_from": DAY, "date_to": DAY, "cost_type": "agency_fee", "channel": "(all)"},
        **{"amount": 0, "currency": "SEK"},
    },
    "config.manual_kpis": {"kpi_id": "margin_net", "period_grain": "month", "period_start": "2026-02-01"},
    "config.fx_rates": {"date": DAY, "currency": "EUR", "to_currency": "SEK", "rate": "11"},
    "ops.source_status": {"is_configured": True},
    "ops.source_days": {"is_loaded": True},
}


def planted_landing(given: Mapping[str, list[dict[str, Any]]]) -> Landing:
    """The landing tables with these rows (`source.table` → rows that say what differs from `DEFAULTS`).

    The company is that of `sandbox/config`; a row of `config.company` overrides its settings. ValueError for a table or
    a column that is not declared.
    """
    landing: dict[str, dict[str, pa.Table]] = {"config": read_config(CONFIG)}
    settings = landing["config"]["company"].to_pylist()[0]
    for name, rows in given.items():
        owner, _, table = name.partition(".")
        defaults = settings if name == "config.company" else DEFAULTS[name]
        landing.setdefault(owner, {})[table] = planted_table(owner, table, [{**defaults, **row} for row in rows])
    return landing


def planted_table(owner: str, table: str, rows: list[dict[str, Any]]) -> pa.Table:
    """Rows of one landing table; days, instants and amounts may be written as text."""
    declared = {found.name: found for found in (OWN.get(owner) or source(owner).tables)}
    kinds = declared[table].columns
    return declared[table].rows([{name: _value(value, kinds.get(name)) for name, value in row.items()} for row in rows])


def _value(value: Any, kind: pa.DataType | None) -> Any:
    if not isinstance(value, str) or kind is None:
        return value
    if pa.types.is_date(kind):
        return date.fromisoformat(value)
    if pa.types.is_timestamp(kind):
        return datetime.fromisoformat(value).replace(tzinfo=UTC)
    return Decimal(value) if pa.types.is_decimal(kind) else value


class Marts(Answers):
    """What the models make of landing tables."""

    def __init__(self, landing: Landing, as_of: datetime = AS_OF, model: str = "kpi_values") -> None:
        self._landing, self._as_of, self._model = landing, as_of, model

    @classmethod
    def of(cls, given: Mapping[str, list[dict[str, Any]]], **more: Any) -> "Marts":
        return cls(planted_landing(given), **more)

    @cached_property
    def all(self) -> pd.DataFrame:
        with run(self._landing, self._as_of, [self._model]) as connection:
            return connection.execute(f"select * from marts.{self._model}").df()

    def rows(self, kpi_id: str) -> pd.DataFrame:
        return self.all[self.all["kpi_id"] == kpi_id]
