"""The five answers of a page in a sentence each, made from published numbers by rules, in every language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from dashboards.action_words import action_text
from dashboards.actions import is_waiting
from dashboards.change_words import change_sentence
from dashboards.changes import most_moved, settles_more
from dashboards.numbers import Language, alike, day, number, percent, period, plain, signed
from dashboards.series import Series
from dashboards.trust import HeldBack, late_sources
from dashboards.words import joined, label, named, say, segment_name
from orchestration.cli.goals import segment_of
from orchestration.cli.marts import Row

QUESTIONS = ("track", "moved", "weakest", "todo", "sure")


@dataclass(frozen=True)
class Facts:
    """What the sentences of one period speak of. `explained`: the period of `reasons` and `funnels`."""

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


def answers(facts: Facts, language: Language) -> dict[str, str]:
    """Question → sentence, in the order of the page."""
    return {
        "track": _track(facts, language),
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
        text += " " + say("track.off", language, label=_label(known, off, language), current=current, pace=pace)
    return text


def _moved(facts: Facts, language: Language) -> str:
    moved = most_moved(facts.reasons)
    if not moved or not facts.explained:
        return say("moved.none", language)
    told = []
    for reason in moved:
        caveat = say("moved.provisional", language) if reason["is_provisional"] else ""
        known = facts.catalog[reason["kpi_id"]]
        sentence = change_sentence(reason, known, facts.explained_grain, language)
        told.append(f"{say('moved.explained', language) if told else ''}{sentence}{caveat}.")
    when = _capital(period(facts.explained_grain, facts.explained, language))
    if settles_more(facts.reasons, facts.catalog):
        when = say("moved.settled", language, when=when)
    return f"{when}: {' '.join(told)}"


def _weakest(facts: Facts, language: Language) -> str:
    funnel = next((funnel for funnel in facts.funnels if funnel["weakest"] is not None), None)
    if funnel is None:
        return say("weakest.none", language)
    position = funnel["weakest"]
    step, before = funnel["steps"][position], funnel["steps"][position - 1]
    relative = step["relative_change"]
    rate, previous = alike((step["rate"], step["previous_rate"]), "ratio", "", language)
    text = say(
        "weakest.step" if relative < 0 else "weakest.no_fall",
        language,
        before=say(f"step.{before['name']}", language),
        step=say(f"step.{step['name']}", language),
        rate=rate,
        previous=previous,
        relative=signed(percent(relative, language), relative),
        base=say(f"base.{facts.explained_grain}", language),
    )
    if step["is_provisional"]:
        text += say("moved.provisional", language)
    if facts.explained and facts.explained_grain != facts.grain:
        text = f"{_capital(period(facts.explained_grain, facts.explained, language))}: {text}"
    if step["gained"] is None:
        return f"{text}."
    last = say(f"step.{funnel['steps'][-1]['name']}", language)
    more = say("weakest.gain", language, gained=plain(step["gained"], 0, language), last=last)
    money = step["money"]
    worth = (
        say("weakest.worth", language, money=number(round(money), "money", funnel["currency"], language))
        if money
        else ""
    )
    return f"{text}; {more}{worth}."


def _todo(facts: Facts, language: Language) -> str:
    action = next((row for row in facts.actions if row["status"] == "open"), None)
    if action is None:
        return say("todo.none", language)
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
    )


def _sure(facts: Facts, language: Language) -> str:
    rows = [(series, series.rows.get(facts.start)) for series in facts.shown]
    there = [(series, row) for series, row in rows if row is not None]
    settled = [series for series, row in there if not row["is_provisional"] and not row["is_missing"]]
    parts = [
        say(
            "sure.settled",
            language,
            settled=len(settled),
            count=len(there),
            when=period(facts.grain, facts.start, language),
        )
    ]
    for name in ("is_provisional", "is_missing", "is_unreliable"):
        if flagged := _labels([series for series, row in there if row[name]], facts.catalog, language):
            parts.append(say(f"sure.{name}", language, labels=flagged))
    late = [
        named(f"platform.{row['source']}", language, row["source"])
        for row in late_sources(list(facts.sources), facts.info["data_until"])
    ]
    fresh = say("sure.late", language, sources=joined(late, language)) if late else say("sure.fresh", language)
    until = say("sure.until", language, day=day(facts.info["data_until"], language))
    told = f"{'; '.join(parts)}. {until}; {fresh}."
    if facts.held is None:
        return told
    return f"{say('sure.held', language, day=day(facts.held.as_of.date(), language))} {told}"


def _labels(series: Sequence[Series], catalog: Mapping[str, Row], language: Language) -> str:
    names = list(dict.fromkeys(label(catalog[item.kpi_id], language) for item in series))
    return joined(names, language)


def _label(known: Row, row: Row, language: Language) -> str:
    """`Net revenue · Paid search`."""
    text = label(known, language)
    if row["segment_set"] == "parts":
        return f"{text} · {say('parts', language)}"
    segment = segment_of(row)
    return f"{text} · {segment_name(row['segment_set'], segment, language)}" if segment else text


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


_STATUSES = ("on_track", "at_risk", "off_track", "no_target")
