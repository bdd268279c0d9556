"""The section "Channels" of `sandbox/README.md`: from source, medium and campaign to a channel id."""

from collections.abc import Callable, Sequence

import pandas as pd

from tests.oracle.catalogue import UNKNOWN
from tests.oracle.state import Truth

PAID = frozenset(
    {"paid_search", "paid_social", "display", "paid_video", "paid_shopping", "cross_network"}
    | {"paid_other", "affiliates", "audio"}
)
NO_CAMPAIGN = frozenset({"", "(not set)", "(none)", "(direct)"})
SEARCH_ENGINES = frozenset({"google", "bing", "duckduckgo", "yahoo", "ecosia", "yandex", "baidu"})
SOCIAL_NETWORKS = frozenset({"facebook", "instagram"})
CRM_SOURCES = {
    "ORGANIC_SEARCH": "organic_search",
    "PAID_SEARCH": "paid_search",
    "PAID_SOCIAL": "paid_social",
    "EMAIL_MARKETING": "email",
    "SOCIAL_MEDIA": "organic_social",
    "REFERRALS": "referral",
    "DIRECT_TRAFFIC": "direct",
}


def campaign_channels(truth: Truth) -> dict[str, str]:
    """Ad campaign name (lower case) → channel."""
    campaigns = truth.table("campaigns")
    return {
        str(name).strip().lower(): str(channel)
        for name, channel in zip(campaigns["name"], campaigns["channel"], strict=True)
    }


def campaign_label(campaigns: pd.Series) -> pd.Series:
    """The campaign as a dimension value; `unknown` where there is none."""
    text = campaigns.astype(object).fillna("")
    return text.where(~text.isin(NO_CAMPAIGN), UNKNOWN)


def visit_channel(source: str, medium: str, campaign: str, ad_campaigns: dict[str, str]) -> str:
    """Channel of a visit; the first rule that fits."""
    source, medium, campaign = (text.strip().lower() for text in (source, medium, campaign))
    if medium in ("cpc", "paid_social") and campaign in ad_campaigns:
        return ad_campaigns[campaign]
    if (source, medium) == ("google", "cpc"):
        return "paid_search"
    if medium == "paid_social" and source in SOCIAL_NETWORKS:
        return "paid_social"
    if source in SEARCH_ENGINES and medium in ("organic", ""):
        return "organic_search"
    if medium in ("email", "referral"):
        return medium
    if medium == "social" and source in SOCIAL_NETWORKS:
        return "organic_social"
    if source in ("direct", "(direct)") and medium in ("", "(none)"):
        return "direct"
    return UNKNOWN


def contact_channel(source: str, campaign: str, ad_campaigns: dict[str, str]) -> str:
    """Channel of a CRM source; paid sources by their campaign where it is known."""
    name = campaign.strip().lower()
    if source in ("PAID_SEARCH", "PAID_SOCIAL") and name in ad_campaigns:
        return ad_campaigns[name]
    return CRM_SOURCES.get(source, UNKNOWN)


def by_distinct(
    rule: Callable[..., str],
    columns: Sequence[pd.Series],
    ad_campaigns: dict[str, str],
) -> pd.Series:
    """Apply a channel rule to columns, once per distinct combination."""
    texts = [column.astype(object).fillna("") for column in columns]
    rows = list(zip(*texts, strict=True))
    found = {row: rule(*row, ad_campaigns) for row in set(rows)}
    return pd.Series([found[row] for row in rows], index=columns[0].index, dtype=object)
