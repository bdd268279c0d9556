"""Campaigns by spend (manager) and posts by reach (specialist): the largest, and one line for the rest."""

from datetime import timedelta
from typing import Any

from dashboards.axis import Axis
from dashboards.series import compact
from orchestration.cli.marts import NEWEST, Marts, Row

SHOWN = 20
# The figures of a campaign beside its spend: KPI → column of the page.
FIGURES = ("spend", "roas_net", "cvr_campaign")
# Net revenue ÷ cost of a campaign that brings in just what it costs.
BREAK_EVEN = 1.0
POST_DAYS = 28
# `of_day_no` of `of_day`: which of the posts of one kind and day it is, the earliest first.
POST = ("publish_date", "platform", "post_id", "post_type", "reach", "engagements", "of_day_no", "of_day")


def read_ranking(marts: Marts, persona: str, axis: Axis) -> dict[str, Any] | None:
    match persona:
        case "manager":
            return {"kind": "campaigns", "periods": _campaigns(marts, axis)}
        case "specialist":
            return {"kind": "posts", **_posts(marts)}
    return None


def _campaigns(marts: Marts, axis: Axis) -> dict[str, Any]:
    """Period → campaigns with figure → value, the largest spend first; the rest divides its sums last.

    `earning`: of all, what `_earning` says.
    """
    if not axis.choices:
        return {}
    periods: dict[str, dict[str, dict[str, Row]]] = {}
    for row in marts.rows(_CAMPAIGNS, [axis.grain, axis.choices[0], list(FIGURES)]):
        campaigns = periods.setdefault(row["period_start"].isoformat(), {})
        campaigns.setdefault(row["campaign"], {})[row["kpi_id"]] = row
    return {start: _largest(campaigns) for start, campaigns in periods.items() if start in _texts(axis)}


def _texts(axis: Axis) -> set[str]:
    return {start.isoformat() for start in axis.choices}


def _largest(campaigns: dict[str, dict[str, Row]]) -> dict[str, Any]:
    spent = {name: figures for name, figures in campaigns.items() if _spend(figures) > 0}
    ranked = sorted(spent, key=lambda name: (-_spend(spent[name]), name))
    lines = [
        {"name": name, **{kpi_id: _value(spent[name].get(kpi_id)) for kpi_id in FIGURES}} for name in ranked[:SHOWN]
    ]
    rest = [spent[name] for name in ranked[SHOWN:]]
    return {"lines": lines, "rest": _rest(rest) if rest else None, "earning": _earning(list(spent.values()))}


def _earning(campaigns: list[dict[str, Row]]) -> dict[str, Any] | None:
    """How many of all campaigns bring in what they cost, and which share of the spend the others took.

    None where what they bring in is not counted.
    """
    known = [figures for figures in campaigns if "roas_net" in figures and figures["roas_net"]["value"] is not None]
    if not known:
        return None
    losing = [figures for figures in known if figures["roas_net"]["value"] < BREAK_EVEN]
    return {
        "count": len(known),
        "paying": len(known) - len(losing),
        "losing_share": sum(map(_spend, losing)) / sum(map(_spend, known)),
        "is_provisional": any(figures["roas_net"]["is_provisional"] for figures in known),
    }


def _rest(campaigns: list[dict[str, Row]]) -> dict[str, Any]:
    values: dict[str, Any] = {"count": len(campaigns)}
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
        segment_set = 'campaign' and period_grain = ? and period_start >= ? and list_contains(?, kpi_id)
        and {NEWEST}
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
