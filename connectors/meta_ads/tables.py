"""Landing tables. Days are days of the ad account's zone, which stands in each row beside its currency."""

import pyarrow as pa

from connectors.common.table import DAY, MONEY, NUMBER, TEXT, WHOLE, Reload, Table

_SCOPE = {"date": DAY, "account_id": TEXT, "time_zone": TEXT, "currency": TEXT, "campaign_id": TEXT}
_COUNTS = {
    "impressions": WHOLE,
    "clicks": WHOLE,  # all clicks
    "inline_link_clicks": WHOLE,
    "spend_amount": MONEY,
}
# The same sale under two names: staging takes one of them. Null where the row has no such action.
_PURCHASES = {
    "inline_post_engagement": WHOLE,
    "video_plays": WHOLE,
    "video_completions": WHOLE,  # played to the end, or skipped to it
    "omni_purchases": NUMBER,
    "omni_purchase_value_amount": MONEY,
    "purchases": NUMBER,
    "purchase_value_amount": MONEY,
}


def _days(name: str, key: tuple[str, ...], columns: dict[str, pa.DataType], description: str) -> Table:
    key = ("date", "account_id", "campaign_id", *key)
    return Table(name, columns, key, Reload.WINDOW, window_column="date", description=description)


ACCOUNTS = Table(
    "accounts",
    {"account_id": TEXT, "time_zone": TEXT, "currency": TEXT},
    ("account_id",),
    Reload.REPLACE,
    description="Ad accounts.",
)
CAMPAIGNS_DAILY = _days(
    "campaigns_daily",
    (),
    _SCOPE | {"campaign_name": TEXT, "objective": TEXT} | _COUNTS | _PURCHASES,
    "Campaign days.",
)
CAMPAIGN_ACTIONS_DAILY = _days(
    "campaign_actions_daily",
    ("action_type",),
    _SCOPE | {"action_type": TEXT, "actions": NUMBER, "value_amount": MONEY},
    "Campaign days by action type. Types overlap: never add them up.",
)
ADS_DAILY = _days(
    "ads_daily",
    ("ad_set_id", "ad_id"),
    _SCOPE | {"ad_set_id": TEXT, "ad_set_name": TEXT, "ad_id": TEXT, "ad_name": TEXT} | _COUNTS | _PURCHASES,
    "Ad days.",
)
CAMPAIGN_COUNTRIES_DAILY = _days(
    "campaign_countries_daily",
    ("country",),
    _SCOPE | {"country": TEXT} | _COUNTS | _PURCHASES,
    "Campaign days by country (ISO code or `unknown`).",
)
CAMPAIGN_DEVICES_DAILY = _days(
    "campaign_devices_daily",
    ("impression_device",),
    _SCOPE | {"impression_device": TEXT} | _COUNTS | _PURCHASES,
    "Campaign days by device, in the vendor's own words (iphone, android_tablet, …).",
)
CAMPAIGN_AGE_GENDER_DAILY = _days(
    "campaign_age_gender_daily",
    ("age", "gender"),
    _SCOPE | {"age": TEXT, "gender": TEXT} | _COUNTS,
    "Campaign days by age group and gender.",
)
REACH = Table(
    "reach",
    {
        "period_id": TEXT,  # `week:2026-03-02`
        "period_grain": TEXT,
        "period_start": DAY,
        "account_id": TEXT,
        "time_zone": TEXT,
        "currency": TEXT,
        "level": TEXT,  # account, campaign, ad_set
        "campaign_id": TEXT,  # empty at account level
        "ad_set_id": TEXT,  # empty above ad set level
        "reach": WHOLE,
        "impressions": WHOLE,
    },
    ("period_id", "account_id", "level", "campaign_id", "ad_set_id"),
    Reload.WINDOW,
    window_column="period_id",
    description="Distinct people reached per scope and period, as the vendor counts them; never added up.",
)

TABLES = (
    ACCOUNTS,
    CAMPAIGNS_DAILY,
    CAMPAIGN_ACTIONS_DAILY,
    ADS_DAILY,
    CAMPAIGN_COUNTRIES_DAILY,
    CAMPAIGN_DEVICES_DAILY,
    CAMPAIGN_AGE_GENDER_DAILY,
    REACH,
)
