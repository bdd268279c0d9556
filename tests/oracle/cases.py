"""How many cases stand behind a value, whether they are enough, and the 95 % interval around it."""

import numpy as np

from tests.oracle.catalogue import ACTIONS, Kpi

MIN_N = 30
Z = 1.96
# README "Cases": where the denominator is money, or there is none and the amount is one of orders.
OWN_CASES: dict[str, dict[str, float]] = {
    **{name: {"orders": 1.0} for name in ("revenue_gross", "revenue_net", "revenue_by_channel", "mer", "roi")},
    **{name: {"orders": 1.0} for name in ("refund_rate", "discount_share")},
    "revenue_growth": {"orders_year_ago": 1.0},
    "roas_platform": {"claimed_orders": 1.0},
    "ltv_cac": {"people_of_cohort": 1.0},
    "churn_revenue": {"contracts_at_start": 1.0},
    "cac_payback": {"payback_people": 1.0},
    "audience_match": {"impressions_on_known": 1.0},
    **{name: {"orders_paid": 1.0} for name in ("roas_first_party", "roas_net_media", "roas_net", "roas_margin")},
}
# Books of months and a team's sheet have few cases by nature.
FEW_ARE_ENOUGH: dict[str, int] = {
    **dict.fromkeys(("margin_gross", "margin_net", "staff_turnover", "budget_used"), 0),
    **dict.fromkeys(("process_lead_time", "process_cost", "staff_satisfaction"), 5),
}
# Shares of counted things.
PROPORTIONS = frozenset(
    (
        *("channel_share", "new_user_share", "ctr", "ctr_all", "open_rate", "open_rate_raw", "email_click_rate"),
        *("unsubscribe_rate", "cvr_session", "cvr_user", "cvr_landing", "mql_rate_30", "repurchase_rate_90"),
        *("returning_share", "repurchase_rate_365", "csat_share", "cvr_campaign", "complaint_rate", "brand_recall"),
        *("cvr_email_7", "cvr_sales_180", "activation_rate_30", "lapse_rate", "video_completion"),
        *("retention_monthly", "retention_yearly", "churn_contract", "review_positive"),
        *(f"cvr_session_{action}" for action in ACTIONS),
        *(f"key_event_rate_{action}" for action in ACTIONS),
    )
)
# Means of single answers: the sum of their squares.
SQUARES: dict[str, dict[str, float]] = {
    "nps": {"promoters": 10_000.0, "detractors": 10_000.0},
    "nki": {"nki_square": 1.0},
    "csat": {"csat_square": 1.0},
}
# What a model says itself: the variance of the numerator.
SPREADS: dict[str, dict[str, float]] = {"p_alive": {"alive_spread": 1.0}, "ltv_pred_365": {"value_spread": 1.0}}


def cases(kpi: Kpi, numerator: np.ndarray, denominator: np.ndarray, own: np.ndarray | None) -> np.ndarray:
    """Cases behind each value; null for an amount of money that nobody counted."""
    if own is not None:
        return own
    if kpi.den:
        return denominator
    return np.full(len(numerator), np.nan) if kpi.is_money else numerator


def least_cases(kpi: Kpi) -> int:
    """How many cases a value of the KPI needs to be relied on."""
    return FEW_ARE_ENOUGH.get(kpi.kpi_id, MIN_N)


def is_unreliable(kpi: Kpi, n: np.ndarray) -> np.ndarray:
    """A ratio of too few cases."""
    return np.full(len(n), bool(kpi.den)) & (np.nan_to_num(n) < least_cases(kpi))


def interval(
    kpi_id: str, numerator: np.ndarray, denominator: np.ndarray, squares: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Lower and upper bound; null where none is defined."""
    nothing = np.full(len(numerator), np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        if kpi_id in PROPORTIONS:
            share = numerator / denominator
            centre = (numerator + Z**2 / 2) / (denominator + Z**2)
            half = (
                Z
                * np.sqrt(denominator)
                / (denominator + Z**2)
                * np.sqrt(share * (1 - share) + Z**2 / (4 * denominator))
            )
            is_share = (numerator >= 0) & (numerator <= denominator)
            return np.where(is_share, centre - half, nothing), np.where(is_share, centre + half, nothing)
        if kpi_id in SQUARES:
            mean = numerator / denominator
            variance = squares / denominator - mean**2
            # Equal answers differ by rounding alone.
            deviation = np.sqrt(np.where(variance > 1e-12 * mean**2, variance, 0) / denominator)
            return mean - Z * deviation, mean + Z * deviation
        if kpi_id in SPREADS:
            value, half = numerator / denominator, Z * np.sqrt(squares) / denominator
            most = 1.0 if kpi_id == "p_alive" else np.inf
            return np.maximum(value - half, 0.0), np.minimum(value + half, most)
    return nothing, nothing
