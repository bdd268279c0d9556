"""What the dashboard shows of each stage of the funnel. Labels, formulas and descriptions come from the catalogue."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Stage:
    """`headlines`: KPIs as big numbers. `trend` and `split`: measures of the wide table; `ratios`: KPIs divided last.

    `day`: the table's column of time, `grain`: how the trend sums it (ISO 8601 duration).
    """

    table: str
    headlines: tuple[str, ...]
    trend: str
    split: tuple[str, ...]
    ratios: tuple[str, ...]
    day: str = "date"
    grain: str = "P1W"


STAGES: Mapping[str, Stage] = {
    "awareness": Stage(
        "awareness_daily",
        ("web_users", "web_sessions", "impressions_paid"),
        "sessions",
        ("sessions", "impressions", "spend"),
        ("cpm",),
    ),
    "consideration": Stage(
        "consideration_daily",
        ("engagement_rate", "ctr", "email_click_rate"),
        "engaged_sessions",
        ("sessions", "engaged_sessions", "impressions", "clicks"),
        ("engagement_rate", "ctr", "cpc"),
    ),
    "conversion": Stage(
        "conversion_daily",
        ("revenue_net", "cvr_session", "cac_blended"),
        "orders",
        ("sessions", "sessions_purchase", "leads", "orders"),
        ("cvr_session_purchase",),
    ),
    "loyalty": Stage(
        "loyalty_monthly",
        ("repurchase_rate_90", "nps", "returning_share"),
        "orders_of_people",
        ("orders_of_people", "net_of_people", "cohort_90", "repeaters_90"),
        ("repurchase_rate_90",),
        day="month",
        grain="P1M",
    ),
}
# KPIs whose numerators are the steps from a visit to a sale.
FUNNEL = ("web_sessions", "engagement_rate", "cvr_session_purchase")
