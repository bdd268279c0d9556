"""What a page shows beside the rows of the marts."""

import csv
import re
from calendar import monthrange
from pathlib import Path
from typing import Any

import pytest

from tests.dashboards.published_rows import EXPLAINING, Rows
from tests.dashboards.seen import GAP, Seen, near, same, unglued, written

# Funnel step → the published column that counts it.
STEPS = {
    "sessions": "web_sessions",
    "engaged_sessions": "engagement_rate",
    "purchases": "cvr_session_purchase",
    "leads": "leads",
    "mqls": "mql",
    "impressions": "impressions_paid",
    "clicks": "clicks",
    "orders": "cvr_campaign",
}
FIRST_STEPS = ("sessions", "leads", "impressions")
FLAGS = {"is_provisional": "may still change", "is_unreliable": "few cases", "is_anomaly": "not as expected"}
GOAL = {"current": "current_value", "pace": "pace_value", "target": "target_value", "end": "expected_end_value"}
# All that is compared, in one question to the browser.
SNAPSHOT = """() => {
  const all = (selector, root) => [...(root || document).querySelectorAll(selector)];
  const data = (one) => ({...one.dataset, text: one.textContent});
  return {
    period: document.querySelector('[data-filter="period"]').value,
    explained: JSON.parse(document.getElementById("data").textContent).explained_by,
    cards: all("[data-series]").map((card) => ({...data(card), changes: all("[data-change]", card).map(data),
      shown: all(".value", card).map((one) => one.textContent)[0], target: all("[data-target]", card).map(data)[0]})),
    points: all("[data-chart] .point").map(data), anomalies: all('[data-role="anomalies"] li').map(data),
    steps: all("[data-step]").map((one) => ({...data(one), facts: all(".facts", one).map((at) => at.textContent)[0]})),
    actions: all("article[data-action]").map(data),
    earlier: all("li[data-action]").map(data), goals: all("[data-goal]").map(data),
    panel: all('[data-role="split"]').map(data)[0], split: all("[data-split]").map(data)[0],
    lines: all("[data-split] tbody tr").map(data), noFunnel: all('[data-state="no-funnel"]').length,
  };
}"""
Snapshot = dict[str, Any]
SEEDS = Path(__file__).resolve().parents[2] / "dbt_project" / "seeds"


def seed(name: str, key: str, value: str) -> dict[str, str]:
    with (SEEDS / f"{name}.csv").open(encoding="utf-8") as file:
        return {row[key]: row[value] for row in csv.DictReader(file)}


NAMES = seed("channels", "channel", "label") | {
    code: name.title() for name, code in seed("country_names", "country_name", "country").items()
}


def in_words(text: str, segment_set: str) -> str:
    """The marts' text with names instead of channel ids and country codes; what is unknown says of what."""
    names = NAMES | {"unknown": f"unknown {segment_set}"}
    return re.sub(r"\b\w+\b", lambda found: names.get(found[0], found[0]), text)


def squeezed(text: str) -> str:
    """Letters alone: `google_analytics` is `Google Analytics`."""
    return re.sub(r"[^a-z]", "", text.lower())


def snapshot(seen: Seen) -> Snapshot:
    return dict(seen.page.evaluate(SNAPSHOT))


def compare_cards(shown: Snapshot, rows: Rows, chosen: str) -> None:
    assert {card["kpi"] for card in shown["cards"]} == set(rows.board)
    for card in shown["cards"]:
        view = card["series"].rpartition("|")[0]
        assert chosen in ("total|", view)
        row, known = rows.value(rows.grain, shown["period"], view, card["kpi"]), rows.catalog[card["kpi"]]
        if row is None:
            assert card["state"] in ("not-split", "no-data", "other-grain"), card
            continue
        assert same(card.get("value"), row["value"]), (card, row["value"])
        assert same(card["target"]["target"], row["target_value"]), card
        if row["value"] is None:
            assert card["state"] in ("missing", "zero-denominator", "no-value"), card
            continue
        assert near(card["shown"], written(row["value"], known["unit"], row["currency"])), card
        for line, (change, ratio) in zip(
            card["changes"], (("change", "change_ratio"), ("year_change", "year_change_ratio")), strict=True
        ):
            assert same(line.get("moved"), row[change]), (card, line)
            assert same(line.get("ratio"), row[ratio]), (card, line)
            compare_a_day(line, rows.grain, shown["period"], row, known)
            if row[change] is None:
                assert line["text"] in (f"No value the {rows.grain} before", "No value a year ago")
            elif "unchanged" not in line["text"]:
                assert line["text"].startswith("▲" if row[change] > 0 else "▼"), line
        for flag, words in FLAGS.items():
            told = "no cases" if flag == "is_unreliable" and row["n"] == 0 else words
            assert (told in card["text"]) == bool(row[flag]), (card, flag)


def compare_a_day(line: dict[str, str], grain: str, period: str, row: dict[str, Any], known: dict[str, Any]) -> None:
    """A sum over months of other lengths has its change per day, and the verdict of that."""
    year, month = map(int, period.split("-")[:2])
    is_year = line["change"] == "year"
    before = row["previous_year_value" if is_year else "previous_value"]
    base_year, base_month = (year - 1, month) if is_year else (year - (month == 1), (month - 2) % 12 + 1)
    days, base_days = monthrange(year, month)[1], monthrange(base_year, base_month)[1]
    if grain != "month" or known["additivity"] != "A" or days == base_days or (before or 0) <= 0:
        assert "perDay" not in line
        return
    a_day = (row["value"] / days) / (before / base_days) - 1
    assert float(line["perDay"]) == pytest.approx(a_day)
    is_comparable = row["is_year_comparable" if is_year else "is_comparable"]
    if is_comparable and known["direction"] == "higher_better" and abs(a_day) >= 0.0005:
        assert line["text"].endswith("better" if a_day > 0 else "worse"), line


def compare_trend(shown: Snapshot, rows: Rows) -> None:
    """The points of the chosen KPI's line: value, target and anomaly of every period, the open one marked."""
    card = next((card for card in shown["cards"] if "chosen" in card), None)
    if card is None or card.get("state") in ("not-split", "no-data"):
        return
    view, _, kpi_id = card["series"].rpartition("|")
    expected = {start: row for start, row in sorted(rows.series(view, kpi_id).items()) if row["value"] is not None}
    points = {point["period"]: point for point in shown["points"]}
    assert set(points) == set(expected)
    for start, row in expected.items():
        point = points[start]
        assert same(point["value"], row["value"]), (start, point)
        assert same(point["target"], row["target_value"]), (start, point)
        assert ("anomaly" in point) == bool(row["is_anomaly"]), (start, point)
        assert (point.get("state") == "open-period") == (row["is_open_period"] and not row["is_anomaly"]), (
            start,
            point,
        )
    unit = rows.catalog[kpi_id]["unit"]
    unusual = [row for row in expected.values() if row["is_anomaly"]][-3:]
    for row, line in zip(reversed(unusual), shown["anomalies"], strict=True):
        for name, column in (("expected", "expected_value"), ("from", "usual_from"), ("to", "usual_to")):
            assert same(line[name], row[column]), (line, row[column])
            beside = [row[other] for other in ("value", "expected_value", "usual_from", "usual_to")]
            assert written(row[column], unit, row["currency"], beside) in line["text"], line


def compare_funnels(shown: Snapshot, rows: Rows, chosen: str) -> None:
    start, grain = shown["explained"][shown["period"]], EXPLAINING[rows.persona]

    def count(step: str) -> float | None:
        row = rows.value(grain, start, chosen, STEPS[step]) if start else None
        return row["numerator"] if row and not row["is_missing"] else None

    counts = [count(step["step"]) for step in shown["steps"]]
    for position, step in enumerate(shown["steps"]):
        assert same(step["count"], counts[position]), step
        before = counts[position - 1] if step["step"] not in FIRST_STEPS else None
        rate = counts[position] / before if before and counts[position] is not None else None  # type: ignore[operator]
        assert same(step["rate"], rate), step
        if step["rate"] and step["previousRate"]:
            compare_points(step)
    assert bool(shown["steps"]) != bool(shown["noFunnel"])


def compare_points(step: dict[str, str]) -> None:
    """What a step's rate moved by is the difference of the two rates that are shown."""
    found = re.search(r"([\d.]+)% of .*([▲▼■]) ([\d.]+)\xa0percentage points \(was ([\d.]+)%", step["facts"])
    assert found, step
    rate, points, was = (float(found[part]) for part in (1, 3, 4))
    places = len(found[3].partition(".")[2])
    assert round(abs(rate - was), places) == points, step
    assert near(f"{rate}%", f"{round(float(step['rate']) * 100, places)}%"), step
    assert found[2] == ("■" if rate == was else "▲" if rate > was else "▼"), step


def own_values(rows: Rows, kpi_id: str) -> list[float]:
    """Of all actions of a KPI that a page shows: they have the same decimals."""
    measured = [row for row in rows.actions if row["status"] == "measured"]
    measured.sort(key=lambda row: (row["measure_date"], row["action_id"]), reverse=True)
    shown = [row for row in rows.actions if row["status"] == "open" and not row["led_by"]] + measured[:5]
    names = ("value", "expected_value", "measured_value")
    return [row[name] for row in shown if row["kpi_id"] == kpi_id for name in names if row[name] is not None]


def compare_actions(shown: Snapshot, rows: Rows, chosen: str) -> None:
    segment_set, _, segment = chosen.partition("|")
    cell = [row for row in rows.actions if segment_set == "total" or row[segment_set] == segment]
    wanted = {row["action_id"]: row for row in cell if row["status"] == "open"}
    led = {name: action["action"] for action in shown["actions"] for name in action.get("led", "").split()}
    assert {action["action"] for action in shown["actions"]} | set(led) == set(wanted)
    causes = {name: row["led_by"] or name for name, row in wanted.items()}
    assert all(causes[name] == causes[lead] for name, lead in led.items())
    assert len({causes[action["action"]] for action in shown["actions"]}) == len(shown["actions"])
    assert [causes[action["action"]] for action in shown["actions"]] == list(
        dict.fromkeys(sorted(causes.values(), key=lambda name: rows.priorities[name]))
    )
    for action in shown["actions"]:
        row = wanted[action["action"]]
        about = row["start_set"] if row["segment_set"] == "total" else row["segment_set"]
        if {row["channel"], row["country"], row["device"], row["platform"]} & {"unknown", "(other)"}:
            assert "Find out what is behind" in action["text"]
            assert "consider scaling" not in action["text"]
        else:
            assert squeezed(in_words(row["proposed_action"], about)) in squeezed(action["text"])
        unit = rows.catalog[row["kpi_id"]]["unit"]
        beside = own_values(rows, row["kpi_id"])
        value, expected = (written(row[name], unit, row["currency"], beside) for name in ("value", "expected_value"))
        assert f"Why: {value}, where {expected} was expected." in action["text"], action
        assert action["due"] == str(row["due_date"])
    measured = [row for row in rows.actions if row["status"] == "measured"]
    latest = sorted((row["measure_date"] for row in measured), reverse=True)[:5]
    known = {row["action_id"]: row for row in measured}
    for action in shown["earlier"]:
        assert same(action["measured"], known[action["action"]]["measured_value"])
        assert known[action["action"]]["measure_date"] >= latest[-1]
        was, expected = known[action["action"]]["value"], known[action["action"]]["expected_value"]
        came = r" and came to \S+ \(" if expected is None else r", should (come to \S+|stay so) and came to \S+ \("
        assert re.search(rf"It was \S+{came}", unglued(action["text"]).replace(GAP, "_")), (action, was)
    starts = [known[action["action"]]["period_start"] for action in shown["earlier"]]
    assert starts == sorted(starts, reverse=True)
    if chosen == "total|":
        assert len(shown["earlier"]) == len(latest)


def compare_split(shown: Snapshot, rows: Rows) -> bool:
    """The lines are those of kpi_changes and add up to the change; whether there is a split."""
    if not shown["split"]:
        return False
    start, name, kpi_id = shown["explained"][shown["period"]], shown["split"]["split"], shown["panel"]["kpi"]
    *lines, whole = shown["lines"]
    for line in lines:
        if line["segment"] != "(rest)":
            assert same(line["effect"], rows.changes[start, kpi_id, name, line["segment"]]["effect"]), line
    assert sum(float(line["effect"]) for line in lines) == pytest.approx(float(whole["effect"]), rel=1e-6, abs=1e-9)
    adds_up = rows.catalog[kpi_id]["additivity"] == "A"
    for line in lines:
        if line["segment"] == "(rest)":
            assert (line["now"] != "") == adds_up, line
    if adds_up:
        for value in ("before", "now"):
            assert sum(float(line[value] or 0) for line in lines) == pytest.approx(float(whole[value])), value
    one = rows.changes[start, kpi_id, name, lines[0]["segment"]]
    assert float(whole["effect"]) == pytest.approx(one["total1"] - one["total0"], rel=1e-6, abs=1e-9)
    return True


def compare_goals(shown: Snapshot, rows: Rows) -> None:
    assert {goal["goal"] for goal in shown["goals"]} == set(rows.goals)
    for goal in shown["goals"]:
        row = rows.goals[goal["goal"]]
        assert all(same(goal[name], row[column]) for name, column in GOAL.items()), goal
        assert goal["status"] == row["status"]
        if row["current_value"] is not None:
            beside = [row[column] for column in GOAL.values()]
            assert written(row["current_value"], row["unit"], row["currency"], beside) in goal["text"]
