"""`actions`, and the unusual values under the board, over marts that are written by hand."""

import json
from datetime import date, datetime
from pathlib import Path

import pytest

from orchestration.cli.actions import actions
from orchestration.cli.board import board
from orchestration.cli.marts import DIMENSIONS
from tests.orchestration.written import Table, publish

TOTAL = dict.fromkeys(DIMENSIONS, "(all)")
REASON = (
    "11 instead of the expected 39 (usual: 13 to 118): 72 % lower, which is worse. "
    "Compared with the last 8 weeks and the same week in earlier years."
)
ACTION = {
    **{"action_id": "jump", "signal": "A KPI jumps", "kpi_id": "web_sessions", "kpi_version": 1},
    **{
        "period_grain": "week",
        "period_start": date(2026, 3, 2),
        "segment_set": "channel",
        **TOTAL,
        "channel": "referral",
    },
    **{"currency": "none", "score": -5.0, "movement": "down", "tone": "worse", "reason": REASON},
    **{"proposed_action": "Hold decisions on this KPI.", "expected_effect": 0.72, "owner_role": "specialist"},
    **{"proposed_on": date(2026, 3, 10), "due_date": date(2026, 3, 17), "measure_date": date(2026, 4, 1)},
    **{"status": "open", "measured_value": None, "measured_effect": None, "led_by": None, "priority": 2},
}
FIRST = {**ACTION, "action_id": "orders", "kpi_id": "orders", "priority": 1, "score": -1.0}
LED = {**ACTION, "action_id": "clicks", "kpi_id": "clicks", "priority": None, "led_by": "jump", "score": -50.0}
MEASURED = {
    **{**ACTION, "action_id": "unsubscribes", "kpi_id": "unsubscribe_rate", "movement": "up", "score": 6.0},
    **{"proposed_on": date(2026, 1, 10), "status": "measured", "measured_value": 0.003, "measured_effect": -0.4},
    **{"segment_set": "total", "channel": "(all)", "expected_effect": -0.5, "priority": None},
}
CHECK = {"action_id": "jump", "check_no": 1, "label": "missing or late source", "outcome": "ok", "finding": "none"}
VALUE = {
    **{"kpi_id": "web_sessions", "kpi_version": 1, "period_grain": "week", "period_start": date(2026, 3, 9)},
    **{"segment_set": "total", **TOTAL, "attribution_basis": "none", "date_basis": "none", "currency": "none"},
    **{"value": 11.0, "is_open_period": False, "is_provisional": False, "is_missing": False, "is_unreliable": False},
    **{"tz_mismatch": False, "is_anomaly": True, "anomaly_score": -5.0, "anomaly_reason": REASON},
    **{"target_value": None, "status": "no_target"},
}
FINE = {**VALUE, "is_anomaly": False, "anomaly_score": None, "anomaly_reason": None}
KPI = {"kpi_version": 1, "stage": "awareness", "unit": "count"}
HIGHER, LOWER, BAND = ({**KPI, "direction": direction} for direction in ("higher_better", "lower_better", "band"))
TABLES: dict[str, Table] = {
    "kpi_actions": [MEASURED, ACTION],
    "kpi_action_checks": [
        {**CHECK, "check_no": 11, "label": "device", "outcome": "found", "finding": "mobile: 3 after 30"},
        CHECK,
        {**CHECK, "check_no": 12, "label": "site speed", "outcome": "not_available", "finding": "nobody measures it"},
    ],
    "kpi_catalog": [
        {**HIGHER, "kpi_id": "web_sessions", "label": "Sessions"},
        {**HIGHER, "kpi_id": "orders", "label": "Orders"},
        {**LOWER, "kpi_id": "cac_paid", "label": "CAC, paid"},
        {**LOWER, "kpi_id": "unsubscribe_rate", "label": "Unsubscribe rate", "unit": "ratio"},
        {**BAND, "kpi_id": "spend", "label": "Spend"},
        {**HIGHER, "kpi_id": "leads", "label": "Leads"},
        {**HIGHER, "kpi_id": "clicks", "label": "Clicks"},
    ],
    "kpi_values": [
        VALUE,
        {**VALUE, "segment_set": "channel", "channel": "referral", "anomaly_score": -50.0},
        {**FINE, "kpi_id": "orders"},
        {**VALUE, "kpi_id": "orders", "segment_set": "device", "device": "mobile", "anomaly_score": -7.0},
        {**VALUE, "kpi_id": "orders", "segment_set": "device", "device": "desktop", "anomaly_score": -6.0},
        {**VALUE, "kpi_id": "cac_paid", "anomaly_score": -99.0},
        {**VALUE, "kpi_id": "spend", "anomaly_score": 20.0},
        {**VALUE, "kpi_id": "leads", "anomaly_score": 20.0},
        {**VALUE, "kpi_id": "clicks", "anomaly_score": -8.0},
        {**VALUE, "kpi_id": "clicks", "period_start": date(2026, 3, 2), "anomaly_score": -80.0},
    ],
    "publish_info": [
        {"run_id": "abcdef1234", "as_of": datetime(2026, 3, 18), "data_until": date(2026, 3, 17)}
        | {"validation_status": "passed"}
    ],
}


@pytest.fixture
def marts(home: Path) -> Path:
    publish(home, TABLES)
    return home


def test_open_actions_are_shown_with_what_was_found(marts: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert actions(show_all=False, as_json=False) == 0
    lines = [line.strip() for line in capfd.readouterr().out.splitlines()]
    assert max(map(len, lines)) <= 80
    assert lines[0].startswith("▼ Sessions · referral")
    assert lines[0].endswith("week 10 2026")
    assert " ".join(lines[1:3]) == REASON
    assert lines[3:8] == [
        "! device: mobile: 3 after 30",
        "ok: missing or late source",
        "not available: site speed",
        "→ Hold decisions on this KPI.",
        "specialist, by 17 Mar 2026; expected +72 %, measured on 1 Apr 2026",
    ]
    assert "Unsubscribe" not in " ".join(lines)


def test_all_actions_are_shown_with_what_came_of_them(marts: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert actions(show_all=True, as_json=False) == 0
    text = capfd.readouterr().out
    assert text.index("▼ Sessions") < text.index("▲ Unsubscribe rate")
    assert "expected -50 %, measured -40 %: 0.30 %" in text
    assert actions(show_all=True, as_json=True) == 0
    shown = json.loads(capfd.readouterr().out)
    assert [row["action_id"] for row in shown["actions"]] == ["jump", "unsubscribes"]
    assert [check["check_no"] for check in shown["actions"][0]["check_rows"]] == [1, 11, 12]
    assert shown["data_until"] == "2026-03-17"


def test_the_first_thing_comes_first_and_one_cause_is_one_action(home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    publish(home, {**TABLES, "kpi_actions": [LED, MEASURED, ACTION, FIRST]})
    assert actions(show_all=False, as_json=False) == 0
    lines = [line.strip() for line in capfd.readouterr().out.splitlines()]
    heads = [line.split(" · ")[0] for line in lines if line.startswith("▼")]
    assert heads == ["▼ Orders", "▼ Sessions"]
    assert lines.count("the same for: Clicks · referral") == 1
    assert actions(show_all=False, as_json=True) == 0
    shown = json.loads(capfd.readouterr().out)
    assert [row["action_id"] for row in shown["actions"]] == ["orders", "jump", "clicks"]


def test_no_open_action_is_said(home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    publish(home, {**TABLES, "kpi_actions": [MEASURED]})
    assert actions(show_all=False, as_json=False) == 0
    assert "No action is open." in capfd.readouterr().out


def test_the_board_marks_what_is_unusual_and_lists_it_worst_first(
    marts: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert board(None, "week", as_json=True) == 0
    found = json.loads(capfd.readouterr().out)["anomalies"]
    # The total stands for its cells; worse before neutral before better, then the farthest off.
    assert [(row["kpi_id"], row["device"], row["tone"]) for row in found] == [
        ("clicks", "(all)", "worse"),
        ("orders", "mobile", "worse"),
        ("web_sessions", "(all)", "worse"),
        ("spend", "(all)", "neutral"),
        ("cac_paid", "(all)", "better"),
        ("leads", "(all)", "better"),
    ]
    assert board(None, "week", as_json=False) == 0
    lines = [line.strip() for line in capfd.readouterr().out.splitlines()]
    assert max(map(len, lines)) <= 80
    listed = [line for line in lines if line.startswith("◆ ") and ": 11 instead of the expected" in line]
    assert [line.split(":")[0] for line in listed] == [
        "◆ Clicks",
        "◆ Orders · mobile",
        "◆ Sessions",
        "◆ Spend",
        "◆ CAC, paid",
    ]
    assert "and 1 more" in lines
    assert any(line.split()[:3] == ["Sessions", "11", "◆"] for line in lines)
    assert any(line.split()[:2] == ["Orders", "11"] and "◆" not in line for line in lines)
    assert any("◆ unusual" in line for line in lines)
