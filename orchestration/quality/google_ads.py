"""Google Ads: campaigns add up to the account, and no breakdown says more than the campaigns."""

from orchestration.quality.suite import Days, Rule
from orchestration.quality.totals import adds_up, is_part_of

SCHEMA = "raw_google_ads"
COUNTS = ("impressions", "clicks", "cost_amount")


def rules(days: Days) -> list[Rule]:
    """Spend of Performance Max has no ad groups, so only campaigns add up; a place may be unknown."""
    return [
        adds_up(SCHEMA, "account_totals_daily", "campaigns_daily", COUNTS, days),
        is_part_of(SCHEMA, "campaign_countries_daily", "campaigns_daily", COUNTS, days),
        is_part_of(SCHEMA, "ad_groups_daily", "campaigns_daily", COUNTS, days),
    ]
