"""Campaigns by spend (manager) and posts by reach (specialist): the largest, and one line for the rest."""

from datetime import timedelta
from typing import Any

from dashboards.axis import Axis
from dashboards.series import ALL, TOTAL, compact
from orchestration.cli.marts import NEWEST, Marts, Row

SHOWN = 20
# What a campaign brings in per media cost: agency fees are of no campaign, so no campaign's figure has them.
EARNED = "roas_net_media"
# The same of all campaigns with the fees, as the cards have it.
EARNED_WITH_FEES = "roas_net"
# The columns of the campaigns.
FIGURES = ("spend", EARNED, "cvr_campaign")
# Net revenue ÷ media cost of a campaign that brings in just what it costs.
BREAK_EVEN = 1.0
# In the reporting currency; a smaller difference of two sums is rounding.
LEAST_FEES = 0.005
POST_DAYS = 28
# `of_day_no` of `of_day`: which of the posts of one kind and day it is, the earliest first.
POST = ("publish_date", "platform", "post_id", "post_type", "reach", "engagements", "of_day_no", "of_day")


def read_ranking(marts: Marts, persona: str, axis: Axis) -> dict[str, Any] | None:
    match persona:
        case "manager":
            return {"kind": "campaigns", "columns": FIGURES, "periods": _campaigns(marts, axis)}
        case "specialist":
            return {"kind": "posts", **_posts(marts)}
    return None


def _campaigns(marts: Marts, axis: Axis) -> dict[str, Any]:
    """Period → campaigns with figure → value, the largest spend first; the rest divides its sums last.

    `earning` and `whole`: of all, what `_earning` and `_whole` say.
    """
    if not axis.choices:
        return {}
    periods: dict[str, dict[str, dict[str, Row]]] = {}
    for row in marts.rows(_CAMPAIGNS, [axis.grain, axis.choices[0], [*FIGURES, EARNED_WITH_FEES]]):
        campaigns = periods.setdefault(row["period_start"].isoformat(), {})
        campaigns.setdefault(row["campaign"], {})[row["kpi_id"]] = row
    return {start: largest(campaigns) for start, campaigns in periods.items() if start in _texts(axis)}


def _texts(axis: Axis) -> set[str]:
    return {start.isoformat() for start in axis.choices}


def largest(campaigns: dict[str, dict[str, Row]]) -> dict[str, Any]:
    """The campaigns of one period, as `_campaigns` has them; the whole company is ALL."""
    whole = campaigns.get(ALL, {})
    spent = {name: figures for name, figures in campaigns.items() if name != ALL and _spend(figures) > 0}
    ranked = sorted(spent, key=lambda name: (-_spend(spent[name]), name))
    lines = [
        {"name": name, **{kpi_id: _value(spent[name].get(kpi_id)) for kpi_id in FIGURES}} for name in ranked[:SHOWN]
    ]
    rest = [spent[name] for name in ranked[SHOWN:]]
    return {
        "lines": lines,
        "rest": _rest(rest) if rest else None,
        "earning": _earning(list(spent.values())),
        "whole": _whole(whole),
    }


def _earning(campaigns: list[dict[str, Row]]) -> dict[str, Any] | None:
    """How many of all campaigns bring in their media cost, and which share of the spend the others took.

    None where what they bring in is not counted.
    """
    known = [figures for figures in campaigns if _earned(figures) is not None]
    if not known:
        return None
    losing = [figures for figures in known if not _is_paying(figures)]
    return {
        "count": len(known),
        "paying": len(known) - len(losing),
        "losing_share": sum(map(_spend, losing)) / sum(map(_spend, known)),
        "is_provisional": any(figures[EARNED]["is_provisional"] for figures in known),
    }


def _whole(figures: dict[str, Row]) -> dict[str, Any] | None:
    """All campaigns and the fees: the cost, and what comes back of it. `fees`: None where there are none.

    None where the whole is not counted.
    """
    earned, spend = figures.get(EARNED_WITH_FEES), figures.get("spend")
    if earned is None or spend is None or earned["value"] is None or spend["value"] is None:
        return None
    fees = earned["denominator"] - spend["value"]
    return {
        "fees": compact(fees) if fees > LEAST_FEES else None,
        "spend": compact(earned["denominator"]),
        EARNED_WITH_FEES: compact(earned["value"]),
        "cvr_campaign": _value(figures.get("cvr_campaign")),
    }


def _earned(figures: dict[str, Row]) -> float | None:
    return figures[EARNED]["value"] if EARNED in figures else None


def _is_paying(figures: dict[str, Row]) -> bool:
    earned = _earned(figures)
    return earned is not None and earned >= BREAK_EVEN


def _rest(campaigns: list[dict[str, Row]]) -> dict[str, Any]:
    """Sums of the other campaigns, divided last. `paying`: how many of them bring in their media cost."""
    values: dict[str, Any] = {"count": len(campaigns), "paying": sum(map(_is_paying, campaigns))}
    for kpi_id in FIGURES:
        rows = [figures[kpi_id] for figures in campaigns if kpi_id in figures and not figures[kpi_id]["is_missing"]]
        above = sum(row["numerator"] or 0 for row in rows)
        below = None if any(row["denominator"] is None for row in rows) else sum(row["denominator"] for row in rows)
        values[kpi_id] = compact(float(above) if below is None else above / below if below else None)
    return values


def _spend(figures: dict[str, Row]) -> float:
    row = figures.get("spend")
    return float(row["value"] or 0) if row else 0.0


def _value(row: Row | None) -> Any:
    return None if row is None else compact(row["value"])


def _posts(marts: Marts) -> dict[str, Any]:
    until = marts.info()["data_until"]
    rows = marts.rows(_POSTS, [until - timedelta(days=POST_DAYS - 1), until])
    rest = rows[SHOWN:]
    return {
        "lines": [
            {name: row[name].isoformat() if name == "publish_date" else compact(row[name]) for name in POST}
            for row in rows[:SHOWN]
        ],
        # Reach of posts is of distinct people: it is not added up.
        "rest": {"count": len(rest), "engagements": sum(row["engagements"] or 0 for row in rest)} if rest else None,
    }


_CAMPAIGNS = f"""
    select kpi_id, period_start, campaign, numerator, denominator, value, is_missing, is_provisional
    from kpi_values
    where
        segment_set in ('{TOTAL}', 'campaign') and period_grain = ? and period_start >= ?
        and list_contains(?, kpi_id) and {NEWEST}
    order by all
"""
_POSTS = """
    select
        publish_date, platform, post_id, post_type,
        cast(reach as double) as reach, cast(engagements as double) as engagements,
        row_number() over (partition by platform, post_type, publish_date order by published_at, post_id) as of_day_no,
        count(*) over (partition by platform, post_type, publish_date) as of_day
    from fct_social_posts
    where publish_date between ? and ?
    order by reach desc nulls last, publish_date desc, platform, post_id
"""
