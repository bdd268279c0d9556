"""What to do: the actions of a page with their evidence, and how earlier ones turned out."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from dashboards.action_words import action_text, check_text, values_like
from dashboards.numbers import LANGUAGES
from dashboards.series import compact
from dashboards.views import FILTERS
from orchestration.cli.actions import in_order, lead_of, read
from orchestration.cli.goals import segment_of
from orchestration.cli.marts import Marts, Row

SHOWN_EARLIER = 5
COLUMNS = (
    *("action_id", "signal_id", "kpi_id", "unit", "currency", "period_grain", "segment_set", "value"),
    *("expected_value", "movement", "tone", "proposed_action", "expected_effect", "owner_role", "status"),
    *("measured_value", "measured_effect", "money_effect", "goal_status", "reporting_currency"),
)
# Of the way back to what was expected, or of what was better than it: more counts as having come back, or lasted.
LEAST_TURNED = 0.5
DATES = ("period_start", "proposed_on", "due_date", "measure_start", "measure_date")
LED = ("action_id", "kpi_id", "segment_set")


def page_actions(marts: Marts, persona: str, kpis: Collection[str], currency: str) -> list[Row]:
    """A persona's own actions and those of the page's KPIs: open ones in their order, then the last that were measured.

    Open ones of one cause are one: the first of them leads, the others are its `led`. `currency`: of all money in them.
    """

    def is_theirs(row: Row) -> bool:
        return row["owner_role"] == persona or row["kpi_id"] in kpis

    rows = [row | {"led": [], "reporting_currency": currency} for row in read(marts, show_all=True)]
    ordered = in_order([row for row in rows if row["status"] == "open"])
    still_open: dict[str, Row] = {}
    for row in filter(is_theirs, ordered):
        lead = still_open.setdefault(lead_of(row), row)
        if lead["action_id"] != row["action_id"]:
            lead["led"].append(row)
    earlier = [row for row in rows if row["status"] == "measured" and is_theirs(row)]
    earlier.sort(key=lambda row: (row["measure_date"], row["action_id"]), reverse=True)
    # Of the last ones that were measured, those of the newest periods first: a page names their period.
    latest = sorted(earlier[:SHOWN_EARLIER], key=lambda row: (row["period_start"], row["measure_date"]), reverse=True)
    return [*still_open.values(), *latest]


def is_waiting(action: Row) -> bool:
    """Whether all that can be done is to wait until its days are final."""
    return bool(action["data_check"] == "settled")


def turned_out(action: Row) -> str | None:
    """What became of a measured value: `back` to the expected or not, and of a better one whether it `lasted`.

    None while it is not measured, or where nothing was expected.
    """
    value, expected, measured = (action[name] for name in ("value", "expected_value", "measured_value"))
    if measured is None or expected is None or value == expected:
        return None
    left = (measured - expected) / (value - expected)
    if action["tone"] == "better":
        return "lasted" if left >= LEAST_TURNED else "not_lasted"
    return "back" if abs(left) <= 1 - LEAST_TURNED or (left < 0 and action["tone"] == "worse") else "not_back"


def packed_actions(actions: list[Row], catalog: Mapping[str, Row], data_until: date) -> list[dict[str, Any]]:
    """For JSON; `cell` is what the action is about in the terms of the filters, `segment` in words.

    `like`: the largest value of its KPI in all of them, whose decimals they take.
    """
    like = values_like(actions)
    return [
        {name: compact(row[name]) for name in COLUMNS}
        | {name: row[name] and row[name].isoformat() for name in DATES}
        | {"is_overdue": row["due_date"] <= data_until, "is_waiting": is_waiting(row)}
        | {"like": compact(like.get(row["kpi_id"])), "turned_out": turned_out(row)}
        | {"text": {language: action_text(row, language) for language in LANGUAGES}}
        | {"segment": segment_of(row), "cell": {name: row[name] for name in FILTERS if row[name] != "(all)"}}
        | {"led": [{name: led[name] for name in LED} | {"segment": segment_of(led)} for led in row["led"]]}
        | {"checks": [_check(row, check, catalog, like) for check in row["check_rows"]]}
        for row in actions
    ]


def _check(action: Row, check: Row, catalog: Mapping[str, Row], like: Mapping[str, float]) -> dict[str, Any]:
    """`text`: language → label and finding."""
    text = {language: check_text(action, check, catalog, like, language) for language in LANGUAGES}
    return {"is_about_data": check["is_about_data"], "outcome": check["outcome"], "text": text}
