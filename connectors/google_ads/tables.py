"""What lands from Google Ads. Days are days of the account's zone, money is in the account's currency.

Each load replaces the days of the accounts that it could read. Conversions stand on the day of the click.
"""

import pyarrow as pa

from connectors.common.table import DAY, MONEY, NUMBER, TEXT, WHOLE, Reload, Table

_ACCOUNT = {"account_id": TEXT, "time_zone": TEXT, "currency": TEXT}
_CONVERSIONS = {
    "conversions": NUMBER,  # of the account's primary actions; may be fractional
    "conversions_value_amount": MONEY,
}
_COUNTS = {"impressions": WHOLE, "clicks": WHOLE, "cost_amount": MONEY}
_ATTENTION = {"engagements": WHOLE, "video_views": WHOLE}  # video_views: TrueView views
_CAMPAIGN = {"campaign_id": TEXT}
_AD_GROUP = {"campaign_id": TEXT, "ad_group_id": TEXT}


def _days(name: str, key: tuple[str, ...], description: str, **columns: pa.DataType) -> Table:
    return Table(
        name,
        {"date": DAY, **_ACCOUNT, **columns},
        ("date", "account_id", *key),
        Reload.WINDOW,
        window_column="date",
        window_scope="account_id",
        description=description,
    )


ACCOUNTS = Table(
    "accounts",
    {"account_id": TEXT, "account_name": TEXT, "status": TEXT, "time_zone": TEXT, "currency": TEXT},
    ("account_id",),
    Reload.MERGE,
    description="Ad accounts that are read.",
)
ACCOUNT_TOTALS_DAILY = _days(
    "account_totals_daily",
    (),
    "The vendor's own totals by account day: what the other tables are checked against.",
    **_COUNTS,
    **_CONVERSIONS,
)
CAMPAIGNS_DAILY = _days(
    "campaigns_daily",
    ("campaign_id", "device"),
    "Campaign days by device, Performance Max included: the base of all spend.",
    **_CAMPAIGN,
    campaign_name=TEXT,
    campaign_status=TEXT,
    campaign_type=TEXT,
    device=TEXT,  # MOBILE, DESKTOP, TABLET, CONNECTED_TV, OTHER
    **_COUNTS,
    **_CONVERSIONS,
    all_conversions=NUMBER,
    view_through_conversions=WHOLE,
    video_completion_share=NUMBER,  # of the impressions: the vendor gives no count
    **_ATTENTION,
)
CAMPAIGN_COUNTRIES_DAILY = _days(
    "campaign_countries_daily",
    ("campaign_id", "country_criterion_id", "location_type"),
    "Campaign days by country, where people were or which they were interested in; the two add up.",
    **_CAMPAIGN,
    country_criterion_id=TEXT,
    country=TEXT,  # ISO-3166 alpha-2; null where the vendor does not name one
    location_type=TEXT,
    **_COUNTS,
    **_CONVERSIONS,
)
AD_GROUPS_DAILY = _days(
    "ad_groups_daily",
    ("ad_group_id",),
    "Ad group days; Performance Max has no ad groups.",
    **_AD_GROUP,
    ad_group_name=TEXT,
    ad_group_status=TEXT,
    **_COUNTS,
    **_CONVERSIONS,
    **_ATTENTION,
)
ADS_DAILY = _days(
    "ads_daily",
    ("ad_group_id", "ad_id"),
    "Ad days; Performance Max has no ads.",
    **_AD_GROUP,
    ad_id=TEXT,
    ad_name=TEXT,
    ad_type=TEXT,
    ad_status=TEXT,
    **_COUNTS,
    **_CONVERSIONS,
    **_ATTENTION,
)
KEYWORDS_DAILY = _days(
    "keywords_daily",
    ("ad_group_id", "criterion_id"),
    "Days of search keywords.",
    **_AD_GROUP,
    criterion_id=TEXT,
    keyword_text=TEXT,
    match_type=TEXT,
    keyword_status=TEXT,
    **_COUNTS,
    **_CONVERSIONS,
)
CONVERSION_ACTIONS_DAILY = _days(
    "conversion_actions_daily",
    ("campaign_id", "device", "conversion_action", "conversion_category"),
    "Conversions by action, as the account names it and as the vendor classes it (PURCHASE, SUBMIT_LEAD_FORM, …).",
    **_CAMPAIGN,
    device=TEXT,
    conversion_action=TEXT,
    conversion_category=TEXT,
    **_CONVERSIONS,
)
TABLES = (
    ACCOUNTS,
    ACCOUNT_TOTALS_DAILY,
    CAMPAIGNS_DAILY,
    CAMPAIGN_COUNTRIES_DAILY,
    AD_GROUPS_DAILY,
    ADS_DAILY,
    KEYWORDS_DAILY,
    CONVERSION_ACTIONS_DAILY,
)
