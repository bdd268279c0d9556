"""Where the goals of a page stand, as `kpi_goals` has it, and where value and pace lie between start and target."""

from collections.abc import Collection, Sequence
from typing import Any

from dashboards.numbers import LANGUAGES
from dashboards.series import compact
from dashboards.words import say
from orchestration.cli.goals import read_goals, segment_of
from orchestration.cli.marts import Marts, Row

COLUMNS = (
    *("goal_id", "objective", "kpi_id", "kpi_label", "unit", "currency", "period_grain", "owner_role", "goal_kind"),
    *("mode", "target_value", "current_value", "pace_value", "expected_end_value", "progress_share", "status"),
    *("status_reason", "judged_periods", "held_periods", "depth", "is_of_its_parents_kpi"),
)
DATES = ("current_until", "deadline", "next_review_date")


def page_goals(marts: Marts, board: Sequence[Row], acted_on: Collection[str] = ()) -> list[Row]:
    """All goals, or those of the board's KPIs and of what is acted on; in the order of `nyckeltal goals`."""
    wanted = {*acted_on, *(row["kpi_id"] for row in board)}
    shows_all = bool(board) and board[0]["goal_scope"] == "all"
    return [row for row in read_goals(marts) if shows_all or row["kpi_id"] in wanted]


def packed_goals(marts: Marts, goals: Sequence[Row]) -> list[dict[str, Any]]:
    """For JSON, with what `nyckeltal goals check` warns of."""
    warnings: dict[str, list[dict[str, str]]] = {}
    for row in marts.rows(
        "select subject, problem, past_spans from kpi_goal_checks "
        "where scope = 'goal' and severity in ('error', 'warning') order by subject, check_name, problem, about"
    ):
        key = f"goal_check.{row['problem']}"
        warnings.setdefault(row["subject"], []).append(
            {language: say(key, language, spans=row["past_spans"]) for language in LANGUAGES}
        )
    return [
        {name: compact(row[name]) for name in COLUMNS}
        | {name: row[name] and row[name].isoformat() for name in DATES}
        | {"set": row["segment_set"], "segment": segment_of(row), "pace_share": compact(pace_share(row))}
        | {"warnings": warnings.get(row["goal_id"], [])}
        for row in goals
    ]


def pace_share(goal: Row) -> float | None:
    """Where the value should be by now on the way that `progress_share` measures; a goal to stay has no way to go."""
    pace, target, baseline = goal["pace_value"], goal["target_value"], goal["baseline_value"]
    if pace is None or target is None or goal["goal_kind"] == "stay":
        return None
    start = 0.0 if goal["goal_kind"] == "sum" else baseline
    return None if start is None or target == start else (pace - start) / (target - start)
