"""Tiny worlds written by hand: truth tables with a few rows, so that a KPI can be computed on paper."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pandas as pd

from tests.answers import Answers
from tests.oracle import facts_of
from tests.oracle.assemble import rows
from tests.oracle.catalogue import KPIS, Kpi
from tests.oracle.state import Truth

AS_OF = datetime(2026, 3, 18, 5, 30, tzinfo=UTC)  # so data goes until 2026-03-17

# Columns of sandbox/README.md with what a row has unless it says otherwise.
DEFAULTS: dict[str, dict[str, Any]] = {
    "accounts": {"platform": "google_ads", "account_id": "1", "currency": "SEK", "time_zone": "Europe/Stockholm"},
    "campaigns": {
        **{"campaign_id": "c1", "platform": "google_ads", "account_id": "1", "name": "brand"},
        **{"campaign_type": "SEARCH", "channel": "paid_search"},
    },
    "ad_delivery": {
        **{"date": "2026-03-02", "platform": "google_ads", "account_id": "1", "campaign_id": "c1", "country": "SE"},
        **{
            "device": "mobile",
            "impressions": 0,
            "clicks": 0,
            "clicks_all": 0,
            "video_views": 0,
            "video_starts": 0,
            "video_completions": 0,
        },
        **{"spend_micros": 0},
    },
    "ad_demographics": {
        **{"date": "2026-03-02", "account_id": "1", "campaign_id": "c1", "age": "25-34", "gender": "female"},
        **{"impressions": 0, "spend_micros": 0},
    },
    "target_segment": {"valid_from": "2026-01-01", "age": "25-34", "gender": "female", "people": 100},
    "book_figures": {
        **{"kpi_id": "margin_gross", "month": "2026-02-01", "channel": "", "numerator_micros": 0},
        **{"denominator_micros": 1_000_000},
    },
    "brand_panel": {"answered_at": "2026-03-02T10:00", "country": "SE", "recognises": False},
    "search_days": {
        **{"date": "2026-03-02", "country": "SE", "device": "mobile", "impressions": 0, "position_hundredths": 100},
    },
    "exposures": {"date": "2026-03-02", "account_id": "1", "campaign_id": "c1", "ad_group_id": "g1", "person_no": 1},
    "claims": {
        **{"platform": "google_ads", "account_id": "1", "campaign_id": "c1", "country": "SE", "device": "mobile"},
        **{"action": "purchase", "click_date": "2026-03-02", "reported_at": "2026-03-02T12:00", "value_micros": 0},
    },
    "sessions": {
        **{"person_id": "p1", "date": "2026-03-02", "processed_at": "2026-03-03T12:00", "country": "SE"},
        **{"device": "mobile", "channel": "email", "source": "newsletter", "medium": "email", "campaign": "(not set)"},
        **{"landing_page": "/", "page_views": 1, "engaged_seconds": 0, "is_engaged": False, "is_new_user": False},
        **{"key_purchase": False, "key_form": False, "key_newsletter": False},
    },
    "customers": {
        **{"customer_id": "k1", "email": "k1@example.com", "is_business": False, "created_at": "2025-01-01T10:00"},
        **{"country": "SE"},
    },
    "products": {"product_id": "x1", "unit_cost_micros": 40_000_000},
    "orders": {
        **{"order_id": "o1", "customer_id": "k1", "created_at": "2026-03-02T10:00", "paid_at": "2026-03-02T10:01"},
        **{"cancelled_at": None, "is_test": False, "is_draft": False, "source_name": "web", "country": "SE"},
        **{"journey": "known", "first_visit_at": "2026-03-02T09:00", "first_source": "google", "first_medium": "cpc"},
        **{"first_campaign": "brand", "last_visit_at": "2026-03-02T09:00", "last_source": "google"},
        **{"last_medium": "cpc", "last_campaign": "brand"},
    },
    "order_lines": {
        **{"line_id": "l1", "order_id": "o1", "product_id": "x1", "quantity": 1, "unit_price_micros": 125_000_000},
        **{"discount_micros": 0, "vat_rate": 0.25, "is_gift_card": False},
    },
    "refunds": {
        **{"refund_id": "r1", "order_id": "o1", "line_id": "l1", "refunded_at": "2026-03-03T10:00"},
        **{"quantity": 1, "amount_micros": 125_000_000},
    },
    "contacts": {
        **{"contact_id": "h1", "email": "h1@example.com", "country": "SE", "created_at": "2026-03-02T10:00"},
        **{"original_source": "ORGANIC_SEARCH", "original_campaign": "", "latest_source": "ORGANIC_SEARCH"},
        **{"latest_source_at": "2026-03-02T10:00", "latest_campaign": "", "merged_into": "", "merged_at": None},
        **{"archived_at": None, "deleted_at": None, "is_test": False},
    },
    "contact_stages": {"contact_id": "h1", "stage": "lead", "entered_at": "2026-03-02T10:00"},
    "deals": {"deal_id": "d1", "contact_id": "h1", "closed_at": "2026-03-02T10:00", "is_won": True},
    "mail_members": {"member_no": "m1", "email": "m1@example.com", "joined_at": "2025-01-01T10:00"},
    "mail_campaigns": {"campaign_id": "n1", "name": "March", "sent_at": "2026-03-02T10:00"},
    "mail_recipients": {
        **{"campaign_id": "n1", "member_no": "m1", "status": "sent", "opened_at": None, "machine_opened_at": None},
        **{"clicked_at": None, "unsubscribed_at": None, "complained_at": None},
    },
    "social_days": {
        **{"platform": "facebook", "account_id": "f1", "date": "2026-03-02", "views": 0, "followers_end": 0},
    },
    "social_posts": {
        **{"post_id": "s1", "platform": "facebook", "published_at": "2026-03-02T10:00", "likes": 0, "comments": 0},
        **{"shares": 0, "saves": 0, "views": 0, "reach": 0, "deleted_at": None},
    },
    "survey_answers": {
        **{"survey_id": "nps", "touchpoint": "purchase", "answered_at": "2026-03-02T10:00", "country": "SE"},
        **{"score": None, "nki_1": None, "nki_2": None, "nki_3": None},
    },
    "subscriptions": {
        **{"subscription_id": "u1", "customer_id": "k1", "started_at": "2026-01-02T10:00", "ended_at": None},
        **{"monthly_micros": 100_000_000, "currency": "SEK"},
    },
    "reviews": {
        **{"review_id": "w1", "touchpoint": "purchase", "country": "SE", "created_at": "2026-03-02T10:00"},
        **{"score": 5.0, "is_positive": True},
    },
    "budgets": {
        **{"budget_id": "b1", "date_from": "2026-03-01", "date_to": "2026-03-31", "channel": "paid_search"},
        **{"amount_micros": 0, "currency": "SEK"},
    },
    "budget_days": {"date": "2026-03-02", "weight_thousandths": 1_000},
    "fx_rates": {"date": "2026-03-02", "currency": "EUR", "rate_micros": 11_000_000},
    "costs": {
        **{"cost_id": "x1", "date_from": "2026-03-02", "date_to": "2026-03-02", "cost_type": "agency_fee"},
        **{"channel": "", "amount_micros": 0, "currency": "SEK"},
    },
}


@dataclass(frozen=True)
class Losses:
    landing_pages_kept: int | None = None
    user_threshold: int = 0


@dataclass(frozen=True)
class PlantedWorld:
    tables: dict[str, pd.DataFrame]
    losses: Losses = Losses()


def planted(losses: Losses | None = None, **given: list[dict[str, Any]]) -> PlantedWorld:
    """A world with these rows; a row gives what differs from `DEFAULTS`, a table that is not named is empty."""
    tables = {name: _frame(name, given.pop(name, [])) for name in DEFAULTS}
    if given:
        raise ValueError(f"no such truth tables: {sorted(given)}")
    return PlantedWorld(tables, losses or Losses())


def _frame(name: str, rows: list[dict[str, Any]]) -> pd.DataFrame:
    defaults = DEFAULTS[name]
    unknown = {key for row in rows for key in row} - set(defaults)
    if unknown:
        raise ValueError(f"{name} has no columns {sorted(unknown)}")
    columns = {}
    for column, default in defaults.items():
        values = pd.Series([row.get(column, default) for row in rows], dtype=_dtype(column, default))
        columns[column] = values
    return pd.DataFrame(columns)


def _dtype(column: str, default: Any) -> str:
    if column.endswith("_at"):
        return "datetime64[us]"
    if "date" in column or column in ("valid_from", "month"):
        return "datetime64[s]"
    if isinstance(default, bool):
        return "boolean" if column == "is_positive" else "bool"
    if isinstance(default, int):
        return "int64"
    if isinstance(default, float) or column == "score" or column.startswith("nki_"):
        return "float64"
    return "object"


class Published(Answers):
    """The oracle's answers for a planted world, KPI by KPI as they are asked for."""

    def __init__(self, world: PlantedWorld, as_of: datetime = AS_OF) -> None:
        truth = Truth(world.tables, as_of, world.losses)
        self._calendar = truth.calendar
        self._facts = facts_of(truth)

    def rows(self, kpi_id: str) -> pd.DataFrame:
        """All rows of a KPI."""
        return rows(self._facts, self._calendar, _kpis(kpi_id))

    def rows_at(self, kpi_id: str, grain: str, segment_set: str) -> pd.DataFrame:
        """Only these are computed: all grains and sets take 50 times as long."""
        return rows(self._facts, self._calendar, _kpis(kpi_id), [grain], [segment_set])


def _kpis(kpi_id: str) -> list[Kpi]:
    return [kpi for kpi in KPIS if kpi.kpi_id == kpi_id]
