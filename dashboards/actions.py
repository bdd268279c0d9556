"""What to do: the actions of a page with their evidence, and how earlier ones turned out."""

from collections.abc import Collection
from datetime import date
from typing import Any

from dashboards.numbers import LANGUAGES, Language
from dashboards.series import compact
from dashboards.views import FILTERS
from dashboards.words import named, say, segment_name
from orchestration.cli.actions import read
from orchestration.cli.goals import segment_of
from orchestration.cli.marts import Marts, Row

SHOWN_EARLIER = 5
TONES = ("worse", "neutral", "better")
COLUMNS = (
    *("action_id", "signal_id", "kpi_id", "unit", "currency", "period_grain", "segment_set", "value"),
    *("expected_value", "movement", "tone", "reason", "proposed_action", "expected_effect", "owner_role", "status"),
    *("measured_value", "measured_effect"),
)
DATES = ("period_start", "proposed_on", "due_date", "measure_date")
CHECK = ("label", "is_about_data", "outcome", "finding")


def page_actions(marts: Marts, persona: str, kpis: Collection[str]) -> list[Row]:
    """A persona's own actions and those of the page's KPIs: open ones, then the last that were measured.

    Of the open ones the worse come before the better, those of the page's KPIs before others, then the first due.
    """
    rows = [row for row in read(marts, show_all=True) if row["owner_role"] == persona or row["kpi_id"] in kpis]
    still_open = [row for row in rows if row["status"] == "open"]
    still_open.sort(
        key=lambda row: (TONES.index(row["tone"]), row["kpi_id"] not in kpis, row["due_date"], row["action_id"])
    )
    earlier = [row for row in rows if row["status"] == "measured"]
    earlier.sort(key=lambda row: (row["measure_date"], row["action_id"]), reverse=True)
    return [*still_open, *earlier[:SHOWN_EARLIER]]


def packed_actions(actions: list[Row], data_until: date) -> list[dict[str, Any]]:
    """For JSON; `cell` is what the action is about in the terms of the filters, `segment` in words."""
    return [
        {name: compact(row[name]) for name in COLUMNS}
        | {name: row[name] and row[name].isoformat() for name in DATES}
        | {"is_overdue": row["due_date"] <= data_until}
        | {"text": {language: action_text(row, language) for language in LANGUAGES}}
        | {"segment": segment_of(row), "cell": {name: row[name] for name in FILTERS if row[name] != "(all)"}}
        | {"checks": [{name: check[name] for name in CHECK} for check in row["check_rows"]]}
        for row in actions
    ]


def action_text(action: Row, language: Language) -> str:
    """What to do: the mart's own words; in Swedish by its rule, which waits first where the data are doubtful."""
    key = f"signal.{action['signal_id']}.action"
    if language == "en" or named(key, language, "") == "":
        return str(action["proposed_action"])
    segment_set = action["segment_set"]
    where = (
        say("whole", language) if segment_set == "total" else segment_name(segment_set, segment_of(action), language)
    )
    text = say(key, language, segment=where)
    is_doubtful = any(check["is_about_data"] and check["outcome"] == "found" for check in action["check_rows"])
    if is_doubtful and action["signal_id"] != "any_jump":
        return f"{say('signal.any_jump.action', language)} {say('then', language)} {text}"
    return text
