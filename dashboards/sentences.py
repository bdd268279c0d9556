"""The five answers of a page in a sentence each, made from published numbers by rules, in every language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from dashboards.action_words import action_text
from dashboards.actions import is_waiting
from dashboards.change_words import change_sentence, in_period
from dashboards.changes import most_moved, settles_more
from dashboards.funnel_words import weakest_sentence
from dashboards.goals import NOT_OVER, value_start
from dashboards.numbers import Language, alike, day, percent, period
from dashboards.series import Series
from dashboards.trust import HeldBack, late_sources
from dashboards.words import joined, label, named, say, segment_name, words
from orchestration.cli.goals import segment_of
from orchestration.cli.marts import Row

QUESTIONS = ("track", "moved", "weakest", "todo", "sure")


@dataclass(frozen=True)
class Facts:
    """What the sentences of one period speak of. `explained`: the period of `reasons` and `funnels`."""

    persona: str
    catalog: Mapping[str, Row]
    info: Row
    held: HeldBack | None
    sources: Sequence[Row]
    goals: Sequence[Row]
    actions: Sequence[Row]
    grain: str
    start: date
    shown: Sequence[Series]
    explained_grain: str
    explained: date | None
    reasons: Sequence[Row]
    funnels: Sequence[Mapping[str, Any]]
    campaigns: Mapping[str, Any] | None


def answers(facts: Facts, language: Language) -> dict[str, str]:
    """Question → sentence, in the order of the page."""
    return {
        "track": " ".join(filter(None, (_track(facts, language), _purpose(facts, language)))),
        "moved": _moved(facts, language),
        "weakest": _weakest(facts, language),
        "todo": _todo(facts, language),
        "sure": _sure(facts, language),
    }


def farthest_off(goals: Sequence[Row]) -> Row | None:
    """Of the goals that are off track (else at risk) the one whose value is farthest from where it should be."""
    for status in ("off_track", "at_risk"):
        judged = [row for row in goals if row["status"] == status and row["current_value"] is not None]
        if judged := [row for row in judged if row["pace_value"]]:
            return max(judged, key=lambda row: abs(row["current_value"] / row["pace_value"] - 1))
    return None


def _track(facts: Facts, language: Language) -> str:
    if not facts.goals:
        return say("track.none", language)
    counts = {name: sum(row["status"] == name for row in facts.goals) for name in _STATUSES}
    if counts["on_track"] == len(facts.goals):
        return say("track.all", language, count=len(facts.goals))
    parts = [
        say(f"track.{name}", language, count=count, all=len(facts.goals))
        for name, count in counts.items()
        if count or name == "on_track"
    ]
    text = f"{'; '.join(parts)}."
    if off := farthest_off(facts.goals):
        known = facts.catalog[off["kpi_id"]]
        current, pace = alike((off["current_value"], off["pace_value"]), off["unit"], off["currency"], language)
        shown = {"label": _label(known, off, language), "current": current, "pace": pace}
        text += " " + say("track.off", language, when=_when(facts, off, language), **shown)
    return text


def _purpose(facts: Facts, language: Language) -> str:
    """What the page is for beside the goals: what marketing gives back, or which campaigns earn their cost."""
    if facts.persona == "executive":
        back = next((row for row in facts.goals if _is_return(row)), None)
        if back is None:
            return ""
        current, target = alike((back["current_value"], back["target_value"]), "x", "", language)
        name = _label(facts.catalog[back["kpi_id"]], back, language)
        return say(
            "track.gives_back",
            language,
            label=name,
            current=current,
            when=_when(facts, back, language),
            target=say(f"goal.{back['mode']}", language, value=target),
        )
    if facts.campaigns is None or facts.explained is None:
        return ""
    earning = facts.campaigns
    return say(
        "track.campaigns",
        language,
        when=_capital(period(facts.explained_grain, facts.explained, language)),
        paying=earning["paying"],
        count=earning["count"],
        share=percent(earning["losing_share"], language),
        caveat=say("track.may_change", language) if earning["is_provisional"] else "",
    )


def _when(facts: Facts, goal: Row, language: Language) -> str:
    """` in December 2025`: of when a goal's value is; empty where that is the page's own period."""
    start = value_start(goal)
    if start is None:
        return say("when.to_date", language, when=day(goal["current_until"], language))
    grain = goal["period_grain"]
    return "" if (grain, start) == (facts.grain, facts.start) else in_period(grain, start, language)


def _is_return(goal: Row) -> bool:
    """Whether a goal is of money back per money spent, and has no goal above it."""
    return goal["unit"] == "x" and not goal["parent_goal_id"] and goal["current_value"] is not None


def _moved(facts: Facts, language: Language) -> str:
    moved = most_moved(facts.reasons)
    if not moved or not facts.explained:
        return say("moved.none", language)
    told = []
    for reason in moved:
        caveat = say("moved.provisional", language) if reason["is_provisional"] else ""
        known = facts.catalog[reason["kpi_id"]]
        sentence = change_sentence(reason, known, facts.explained_grain, language, facts.grain)
        told.append(f"{say('moved.explained', language) if told else ''}{sentence}{caveat}.")
    settles = settles_more(facts.reasons, facts.catalog)
    if facts.grain != facts.explained_grain:  # each sentence names its period
        return f"{say('moved.among', language) if settles else ''}{' '.join(told)}"
    when = _capital(period(facts.explained_grain, facts.explained, language))
    return f"{say('moved.settled', language, when=when) if settles else when}: {' '.join(told)}"


def _weakest(facts: Facts, language: Language) -> str:
    is_other = facts.explained_grain != facts.grain
    when = _capital(period(facts.explained_grain, facts.explained, language)) if facts.explained and is_other else ""
    return weakest_sentence(facts.funnels, facts.explained_grain, when, language)


def _todo(facts: Facts, language: Language) -> str:
    opened = [row for row in facts.actions if row["status"] == "open"]
    told = _first(facts, opened[0], language) if opened else say("todo.none", language)
    off = farthest_off(facts.goals)
    if off is None or off["status"] != "off_track" or (opened and opened[0]["kpi_id"] == off["kpi_id"]):
        return told
    name, start = _label(facts.catalog[off["kpi_id"]], off, language), value_start(off)
    if own := next((row for row in opened if row["kpi_id"] == off["kpi_id"]), None):
        text = action_text(own, language).rstrip(".")
        return f"{told} {say('todo.off_with', language, label=name, action=text)}"
    when = period(off["period_grain"], start, language) if start else day(off["current_until"], language)
    return f"{told} {say('todo.off_without', language, label=name, when=when)}"


def _first(facts: Facts, action: Row, language: Language) -> str:
    known = facts.catalog[action["kpi_id"]]
    is_overdue = action["due_date"] <= facts.info["data_until"]
    # What can only be waited for comes last: before it there is nothing else to do.
    first = "wait" if is_waiting(action) else "overdue" if is_overdue else "first"
    return say(
        f"todo.{first}",
        language,
        action=action_text(action, language).rstrip("."),
        label=_label(known, action, language),
        due=day(action["due_date"], language),
        tone=say(f"tone.{action['tone']}.is", language),
    )


def _sure(facts: Facts, language: Language) -> str:
    """Of as many values as the page has cards: what each is worth, each counted once."""
    cards = [item for item in facts.shown if facts.grain in str(facts.catalog[item.kpi_id]["grains"]).split()]
    rows = {item.key: item.rows.get(facts.start) for item in cards}
    parts = []
    for state in _STATES:
        if found := [item for item in cards if _state(rows[item.key]) == state]:
            key = f"sure.{state}.one" if len(found) == 1 and f"sure.{state}.one" in words() else f"sure.{state}"
            parts.append(say(key, language, count=len(found), labels=_labels(found, facts.catalog, language)))
    when = period(facts.grain, facts.start, language)
    told = [say("sure.of", language, count=len(cards), when=when, parts=joined(parts, language))]
    few = [item for item in cards if (row := rows[item.key]) and row["is_unreliable"] and _state(row) != "no_value"]
    if few:
        told.append(say("sure.is_unreliable", language, labels=_labels(few, facts.catalog, language)))
    late = [
        named(f"platform.{row['source']}", language, row["source"])
        for row in late_sources(list(facts.sources), facts.info["data_until"])
    ]
    fresh = say("sure.late", language, sources=joined(late, language)) if late else say("sure.fresh", language)
    until = say("sure.until", language, day=day(facts.info["data_until"], language))
    held = "" if facts.held is None else say("sure.held", language, day=day(facts.held.as_of.date(), language))
    return " ".join(
        filter(None, (held, f"{'; '.join(told)}.", _goals_that_change(facts, language), f"{until}; {fresh}."))
    )


def _state(row: Row | None) -> str:
    """What a card's value is worth: one of _STATES."""
    if row is None or (row["value"] is None and not row["is_missing"]):
        return "no_value"
    return "is_missing" if row["is_missing"] else "is_provisional" if row["is_provisional"] else "settled"


def _goals_that_change(facts: Facts, language: Language) -> str:
    """The goals whose latest value is not final, those of one KPI together; empty where all are."""
    names: dict[str, list[str]] = {}
    for goal in facts.goals:
        if _UNSETTLED & set(str(goal["status_reason"]).split("; ")):
            segments = names.setdefault(label(facts.catalog[goal["kpi_id"]], language), [])
            segments += filter(None, [_segment(goal, language)])
    told = [f"{name} ({joined(segments, language)})" if segments else name for name, segments in names.items()]
    return say("sure.goals", language, labels="; ".join(told)) if told else ""


def _labels(items: Sequence[Series], catalog: Mapping[str, Row], language: Language) -> str:
    return joined(list(dict.fromkeys(label(catalog[item.kpi_id], language) for item in items)), language)


def _label(known: Row, row: Row, language: Language) -> str:
    """`Net revenue · Paid search`."""
    return " · ".join(filter(None, (label(known, language), _segment(row, language))))


def _segment(row: Row, language: Language) -> str:
    """In words; empty for the whole company."""
    if row["segment_set"] == "parts":
        return say("parts", language)
    segment = segment_of(row)
    return segment_name(row["segment_set"], segment, language) if segment else ""


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


_STATES = ("settled", "is_provisional", "is_missing", "no_value")
# Reasons of a goal's status that say that its value is not final.
_UNSETTLED = {"days still settle", NOT_OVER}
_STATUSES = ("on_track", "at_risk", "off_track", "no_target")
