"""`goals`, `goals check` and the personas' boards, over marts that are written by hand."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import pytest

from orchestration.cli import app
from orchestration.cli.marts import DIMENSIONS
from tests.orchestration.written import Table, publish

GOALS = """\
goals:
  - goal_id: orders_h1
    objective: Sell more
    goal_type: sales_growth
    owner_role: head of sales
    stage: conversion
    kpi_id: orders
    target_value: 180
    start_date: 2026-01-01
    deadline: 2026-06-30
"""
COMPANY = "name: Shop\ntime_zone: Europe/Stockholm\nreporting_currency: SEK\nhistory_start: 2026-01-01\n"
TOTAL = dict.fromkeys(DIMENSIONS, "(all)")
GOAL = {
    **{"goal_id": "orders_h1", "objective": "Sell more", "parent_goal_id": None, "goal_type": "sales_growth"},
    **{"owner_role": "head of sales", "stage": "conversion", "kpi_id": "orders", "kpi_label": "Orders"},
    **{"unit": "count", "currency": "none", "period_grain": "month", "segment_set": "total", **TOTAL},
    **{"goal_kind": "sum", "mode": "reach", "change_type": "absolute", "change_value": 180.0, "target_value": 180.0},
    **{"start_date": date(2026, 1, 1), "deadline": date(2026, 6, 30), "review_cadence": "monthly", "is_active": True},
    **{"current_value": 76.0, "pace_value": 75.6, "expected_end_value": 181.0, "status": "on_track"},
    "status_reason": "as good as the line or better",
}
BY_MAIL = {
    **GOAL,
    **{"goal_id": "orders_by_mail", "parent_goal_id": "orders_h1", "segment_set": "channel", "channel": "email"},
    **{"goal_kind": "stay", "mode": "stay_above", "target_value": 20.0, "current_value": 12.0, "status": "at_risk"},
    "status_reason": "worse than the failure line; few cases; therefore not off track",
}
SESSIONS = {
    **GOAL,
    **{"goal_id": "sessions_h1", "objective": "Be seen", "kpi_id": "web_sessions", "kpi_label": "Sessions"},
    **{"status": "off_track", "status_reason": "worse than the failure line", "deadline": date(2026, 3, 31)},
}
GIVEN_UP = {**GOAL, "goal_id": "given_up", "is_active": False, "status": "no_target"}
VALUE = {
    **{"kpi_id": "orders", "kpi_version": 1, "period_grain": "week", "period_start": date(2026, 3, 9)},
    **{"segment_set": "total", **TOTAL, "attribution_basis": "none", "date_basis": "none", "currency": "none"},
    **{"value": 7.0, "previous_value": 8.0, "previous_year_value": None, "target_value": 9.5, "status": "off_track"},
    **{"is_open_period": False, "is_provisional": False, "is_missing": False, "is_unreliable": False},
    **{"tz_mismatch": False, "is_anomaly": False, "anomaly_score": None, "anomaly_reason": None},
}
BY_CHANNEL = {**VALUE, "kpi_id": "revenue_by_channel", "segment_set": "channel", "target_value": None}
KPI = {"kpi_id": "orders", "kpi_version": 1, "label": "Orders", "stage": "conversion", "unit": "count"}
CHECK = {
    **{"scope": "goal", "subject": "orders_h1", "check_name": "specific", "problem": "none", "about": "orders_h1"},
    **{"severity": "ok", "message": "as it should be"},
}
TABLES: Mapping[str, Table] = {
    "kpi_goals": [GIVEN_UP, BY_MAIL, GOAL, SESSIONS],
    "kpi_goal_checks": [
        CHECK,
        {**CHECK, "check_name": "achievable", "severity": "note", "problem": "stretch", "message": "a stretch"},
        {**CHECK, "subject": "sessions_h1", "severity": "warning", "problem": "vanity", "message": "grows by itself"},
    ],
    "kpi_boards": [
        {"persona": "manager", "position": 1, "kpi_id": "orders", "period_grain": "week", "goal_scope": "own"},
        {"persona": "manager", "position": 2, "kpi_id": "cvr", "period_grain": "week", "goal_scope": "own"},
        {"persona": "executive", "position": 1, "kpi_id": "revenue_by_channel", "period_grain": "week"}
        | {"goal_scope": "all"},
    ],
    "kpi_values": [
        VALUE,
        {**VALUE, "kpi_id": "web_sessions", "target_value": None, "status": "no_target"},
        {**VALUE, "kpi_id": "cvr", "value": None, "target_value": 0.5},
        *({**BY_CHANNEL, "channel": f"channel {number}", "value": float(number)} for number in range(7)),
    ],
    "kpi_catalog": [
        {**KPI, "direction": "higher_better"},
        {**KPI, "direction": "higher_better", "kpi_id": "web_sessions", "label": "Sessions", "stage": "awareness"},
        {**KPI, "direction": "higher_better", "kpi_id": "cvr", "label": "Conversion rate", "unit": "ratio"},
        {**KPI, "direction": "higher_better", "kpi_id": "revenue_by_channel", "label": "Revenue per channel"},
    ],
    "publish_info": [
        {"run_id": "abcdef1234", "as_of": datetime(2026, 3, 18), "data_until": date(2026, 3, 17)}
        | {"validation_status": "passed"}
    ],
    "source_status": [],
}


@pytest.fixture
def company(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with published marts; gives its configuration folder."""
    publish(home, TABLES)
    config = tmp_path / "config"
    config.mkdir()
    (config / "company.yml").write_text(COMPANY, "utf-8")
    monkeypatch.setenv("NYCKELTAL_CONFIG", str(config))
    return config


@dataclass
class Answer:
    exit_code: int
    stdout: str
    stderr: str


Nyckeltal = Callable[..., Answer]


@pytest.fixture
def nyckeltal(company: Path, capfd: pytest.CaptureFixture[str]) -> Nyckeltal:
    """Runs a command in this process."""

    def run(*arguments: str) -> Answer:
        with pytest.raises(SystemExit) as ended:
            app(list(arguments))
        captured = capfd.readouterr()
        return Answer(int(ended.value.code or 0), captured.out, captured.err)

    return run


def test_goals_are_shown_under_their_objectives_with_parents_first(nyckeltal: Nyckeltal) -> None:
    result = nyckeltal("goals")
    assert result.exit_code == 0
    lines = [line.rstrip() for line in result.stdout.splitlines()]
    assert max(map(len, lines)) <= 80
    starts = [line.split()[:2] for line in lines]
    assert starts[1:] == [
        ["Be", "seen"],
        ["✗", "Sessions"],
        ["worse", "than"],
        ["Sell", "more"],
        ["✓", "Orders"],
        ["≈", "email"],
        ["worse", "than"],
        ["sales)"],
        ["✓", "on"],
        ["data", "until"],
    ]
    assert lines[5].split()[2:] == ["76", "75.60", "180", "181", "30", "Jun", "26"]
    assert lines[6].split()[2:] == ["12", "≥", "20", "30", "Jun", "26"]
    assert "few cases; therefore not off track" in result.stdout

    shown = json.loads(nyckeltal("goals", "--json").stdout)
    assert [row["goal_id"] for row in shown["goals"]] == ["sessions_h1", "orders_h1", "orders_by_mail"]


def test_warnings_are_listed_and_are_no_failure(nyckeltal: Nyckeltal) -> None:
    result = nyckeltal("goals", "check")
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "! sessions_h1, specific: grows by itself",
        "2 goals examined: 0 errors, 1 warning, 1 note (--json shows them)",
    ]


def test_an_error_is_a_failure(home: Path, nyckeltal: Nyckeltal) -> None:
    wrong = {**CHECK, "scope": "board", "subject": "manager", "check_name": "board", "severity": "error"}
    publish(home, {**TABLES, "kpi_goal_checks": [*TABLES["kpi_goal_checks"], {**wrong, "message": "no KPI likes"}]})
    result = nyckeltal("goals", "check")
    assert result.exit_code == 1
    assert result.stdout.splitlines()[0] == "✗ board of the manager: no KPI likes"
    assert json.loads(nyckeltal("goals", "check", "--json").stdout)["checks"][0]["severity"] == "error"


def test_a_wrong_file_and_one_that_has_changed_are_told(company: Path, home: Path, nyckeltal: Nyckeltal) -> None:
    goals = company / "goals.yml"
    publish(home, {**TABLES, "kpi_goals": [GOAL]})
    goals.write_text(GOALS, "utf-8")
    result = nyckeltal("goals", "check")
    assert (result.exit_code, result.stderr) == (0, "")
    goals.write_text(GOALS.replace("180", "190"), "utf-8")
    result = nyckeltal("goals", "check")
    assert result.exit_code == 0
    assert "goals.yml has changed since the last refresh" in result.stderr
    goals.write_text(GOALS.replace("06-30", "06-29"), "utf-8")
    result = nyckeltal("goals", "check")
    assert result.exit_code == 2
    assert "goals.yml line 10: `goals.1.deadline`: 2026-06-29 is not the last day" in result.stderr


def test_a_persona_s_board_shows_its_kpis_with_targets_and_its_goals(nyckeltal: Nyckeltal) -> None:
    board = json.loads(nyckeltal("board", "--persona", "manager", "--json").stdout)
    assert (board["grain"], [row["kpi_id"] for row in board["kpis"]]) == ("week", ["orders", "cvr"])
    assert [row["goal_id"] for row in board["goals"]] == ["orders_h1", "orders_by_mail"]
    text = nyckeltal("board", "--persona", "manager").stdout
    lines = [line.rstrip() for line in text.splitlines()]
    assert max(map(len, lines)) <= 80
    assert any(line.split()[:4] == ["Orders", "7", "9.50", "✗"] for line in lines)
    assert any(line.split()[:4] == ["Conversion", "rate", "–", "50.0"] for line in lines), "no value, no sign"
    assert "✗ off track" in text
    assert "Sessions" not in text


def test_a_board_of_channels_shows_the_largest_and_all_goals_where_it_wants_them(nyckeltal: Nyckeltal) -> None:
    board = json.loads(nyckeltal("board", "--persona", "executive", "--json").stdout)
    assert [row["channel"] for row in board["kpis"]] == [f"channel {number}" for number in (6, 5, 4, 3, 2)]
    assert [row["goal_id"] for row in board["goals"]] == ["sessions_h1", "orders_h1", "orders_by_mail"]
    everything = json.loads(nyckeltal("board", "--grain", "week", "--json").stdout)
    assert {row["kpi_id"] for row in everything["kpis"]} == {"orders", "web_sessions", "cvr"}
    assert everything["goals"] == []


def test_marts_of_an_older_version_say_what_to_do(home: Path, nyckeltal: Nyckeltal) -> None:
    publish(home, {name: rows for name, rows in TABLES.items() if not name.startswith("kpi_goal")})
    result = nyckeltal("goals")
    assert result.exit_code == 1
    assert "run `nyckeltal refresh --cadence full`" in result.stderr
