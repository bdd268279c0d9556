"""Meta Ads: no breakdown and no child report says more than the campaign days."""

from orchestration.quality.suite import Days, Rule
from orchestration.quality.totals import is_part_of

SCHEMA = "raw_meta_ads"
COUNTS = ("impressions", "clicks", "spend_amount")
PARTS = ("campaign_countries_daily", "campaign_devices_daily", "campaign_age_gender_daily", "ads_daily")


def rules(days: Days) -> list[Rule]:
    """Small cells of a breakdown may be withheld, so it may say less."""
    return [is_part_of(SCHEMA, table, "campaigns_daily", COUNTS, days) for table in PARTS]
