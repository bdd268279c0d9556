"""Where the goals of a page stand, as `kpi_goals` has it, and where value and pace lie between start and target."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from dashboards.axis import ending
from dashboards.numbers import LANGUAGES, Language
from dashboards.series import compact
from dashboards.views import LENGTH_DAYS, MONTHS_OF
from dashboards.words import say
from orchestration.cli.goals import read_goals, segment_of
from orchestration.cli.marts import Marts, Row

COLUMNS = (
    *("goal_id", "objective", "objective_sv", "kpi_id", "kpi_label", "unit", "currency", "period_grain", "goal_kind"),
    *("owner_role", "owner_role_sv", "mode", "target_value", "current_value", "pace_value", "expected_end_value"),
    *("progress_share", "status", "status_reason", "judged_periods", "held_periods", "depth", "is_of_its_parents_kpi"),
)
DATES = ("current_until", "deadline", "next_review_date")
NOT_OVER = "the period is not over"


def page_goals(marts: Marts, board: Sequence[Row], acted_on: Collection[str] = ()) -> list[Row]:
    """All goals, or those of the board's KPIs and of what is acted on; in the order of `nyckeltal goals`."""
    wanted = {*acted_on, *(row["kpi_id"] for row in board)}
    shows_all = bool(board) and board[0]["goal_scope"] == "all"
    return [row for row in read_goals(marts) if shows_all or row["kpi_id"] in wanted]


def packed_goals(marts: Marts, goals: Sequence[Row]) -> list[dict[str, Any]]:
    """For JSON, with what `nyckeltal goals check` warns of."""
    by_id = {row["goal_id"]: row for row in goals}
    warnings: dict[str, list[dict[str, str]]] = {}
    for row in marts.rows(
        "select subject, problem, past_spans from kpi_goal_checks "
        "where scope = 'goal' and severity in ('error', 'warning') order by subject, check_name, problem, about"
    ):
        if goal := by_id.get(row["subject"]):
            told = {language: warning(goal, row, language) for language in LANGUAGES}
            warnings.setdefault(row["subject"], []).append(told)
    return [
        {name: compact(row[name]) for name in COLUMNS}
        | {name: row[name] and row[name].isoformat() for name in DATES}
        | {"value_start": (start := value_start(row)) and start.isoformat(), "start_value": compact(start_value(row))}
        | {"set": row["segment_set"], "segment": segment_of(row), "pace_share": compact(pace_share(row))}
        | {"warnings": warnings.get(row["goal_id"], [])}
        for row in goals
    ]


def pace_share(goal: Row) -> float | None:
    """Where the value should be by now on the way that `progress_share` measures; a goal to stay has no way to go."""
    pace, target = goal["pace_value"], goal["target_value"]
    if pace is None or target is None or goal["goal_kind"] == "stay":
        return None
    start = start_value(goal)
    return None if start is None or target == start else (pace - start) / (target - start)


def start_value(goal: Row) -> float | None:
    """Where the way to a goal begins."""
    return 0.0 if goal["goal_kind"] == "sum" else goal["baseline_value"]


def value_start(goal: Row) -> date | None:
    """The first day of the one period that a goal's value is of; None of a sum to date and while the period runs."""
    until = goal["current_until"]
    if until is None or goal["goal_kind"] == "sum" or NOT_OVER in str(goal["status_reason"]):
        return None
    return ending(goal["period_grain"], until)


def warning(goal: Row, check: Row, language: Language) -> str:
    """Of a check; what no earlier span reached says how long a span is."""
    grain, key = goal["period_grain"], f"goal_check.{check['problem']}"
    periods = say(f"periods.{grain}", language)
    if check["problem"] != "unseen":
        return say(key, language)
    if goal["goal_kind"] == "stay":
        return say(f"{key}_stay", language, spans=check["past_spans"], periods=periods)
    count = _periods_to_deadline(goal)
    length = say(f"length.of.{grain}" if count == 1 else "length.of", language, count=count, periods=periods)
    return say(key, language, spans=check["past_spans"], length=length)


def _periods_to_deadline(goal: Row) -> int:
    """From the end of the baseline to the deadline, in periods of the goal: the span in which it has to improve."""
    first, last, grain = goal["baseline_end"], goal["deadline"], goal["period_grain"]
    if grain in LENGTH_DAYS:
        return (last - first).days // LENGTH_DAYS[grain]
    return (12 * (last.year - first.year) + last.month - first.month) // MONTHS_OF[grain]
