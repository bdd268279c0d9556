"""`nyckeltal goals check`: whether goals and boards are well chosen."""

from typing import Any

from rich.text import Text

from connectors.config import ConfigError, read_config
from orchestration.cli import FAILED, WRONG_USAGE
from orchestration.cli.marts import Marts, NothingPublishedError, Row, open_marts
from orchestration.cli.output import complain, out, print_json
from orchestration.home import Home, config_folder

# Columns that `kpi_goals` publishes as the company wrote them, and their names in the file's table.
WRITTEN = {
    "goal_id": "goal_id",
    "objective": "objective",
    "parent_goal_id": "parent_goal_id",
    "goal_type": "goal_type",
    "owner_role": "owner_role",
    "stage": "stage",
    "kpi_id": "kpi_id",
    "period_grain": "period_grain",
    "mode": "mode",
    "change_type": "change_type",
    "change_value": "target_value",
    "start_date": "start_date",
    "deadline": "deadline",
    "review_cadence": "review_cadence",
    "is_active": "is_active",
}
SIGNS = {"error": ("✗", "red"), "warning": ("!", "yellow")}


def check(as_json: bool) -> int:
    """Exit code 1 if a goal cannot be measured, 2 if a file of the configuration is wrong; warnings are no failure."""
    try:
        written = read_config(config_folder())["goals"].to_pylist()
        with open_marts(Home.find().marts) as marts:
            findings = marts.rows(_FINDINGS)
            is_stale = _as_written(written) != _as_published(marts)
    except ConfigError as error:
        complain(error)
        return WRONG_USAGE
    except NothingPublishedError as error:
        complain(error)
        return FAILED
    if is_stale:
        complain("goals.yml has changed since the last refresh: run `nyckeltal refresh` to check what it says now")
    if as_json:
        print_json({"is_stale": is_stale, "checks": findings})
    else:
        _print(findings)
    return FAILED if any(row["severity"] == "error" for row in findings) else 0


_FINDINGS = """
    select * from kpi_goal_checks
    order by
        case severity when 'error' then 1 when 'warning' then 2 when 'note' then 3 else 4 end,
        scope desc, subject, check_name, problem, about
"""


def _as_written(rows: list[dict[str, Any]]) -> set[tuple[object, ...]]:
    return {tuple(row[name] for name in WRITTEN.values()) for row in rows}


def _as_published(marts: Marts) -> set[tuple[object, ...]]:
    rows = marts.rows(f"select {', '.join(WRITTEN)} from kpi_goals")
    return {tuple(row.values()) for row in rows}


def _print(findings: list[Row]) -> None:
    console = out()
    for row in findings:
        if row["severity"] in SIGNS:
            sign, colour = SIGNS[row["severity"]]
            about = row["check_name"].replace("_", "-")
            head = f"{row['subject']}, {about}" if row["scope"] == "goal" else f"board of the {row['subject']}"
            console.print(Text.assemble((f"{sign} ", colour), (f"{head}: ", "bold"), row["message"]))
    counts = {name: sum(row["severity"] == name for row in findings) for name in ("error", "warning", "note")}
    goals = len({row["subject"] for row in findings if row["scope"] == "goal"})
    words = ", ".join(f"{number} {name}{'' if number == 1 else 's'}" for name, number in counts.items())
    console.print(f"[dim]{goals} goals examined: {words}{' (--json shows them)' if counts['note'] else ''}[/dim]")
