"""The bottleneck in words: the weakest step of the funnels, and where a point more brings most."""

from collections.abc import Mapping, Sequence
from typing import Any

from dashboards.numbers import Language, number, plain, rates_apart
from dashboards.words import say

# A funnel of so many has one rate: there is nothing to choose among.
LEAST_STEPS = 2


def weakest_sentence(funnels: Sequence[Mapping[str, Any]], grain: str, when: str, language: Language) -> str:
    """The weakest step, and where a point more brings most; `when`: put before it where it is not empty."""
    funnel = next((funnel for funnel in funnels if funnel["weakest"] is not None), None)
    if funnel is None:
        return say("weakest.none", language)
    position = funnel["weakest"]
    step, before = funnel["steps"][position], funnel["steps"][position - 1]
    rate, previous, change = rates_apart(step["rate"], step["previous_rate"], language)
    text = say(
        "weakest.step" if step["relative_change"] < 0 else "weakest.no_fall",
        language,
        before=say(f"step.{before['name']}", language),
        step=say(f"step.{step['name']}", language),
        rate=rate,
        previous=previous,
        change=change,
        base=say(f"base.{grain}", language),
    )
    if step["is_provisional"]:
        text += say("moved.provisional", language)
    if when:
        text = f"{when}: {text}"
    if step["gained"] is None:
        return f"{text}."
    more = say("weakest.gain", language, **_gain(funnel, position, language))
    told = f"{text}; {more}{_worth(funnel, position, language)}."
    return f"{told} {_best(funnel, language)}." if len(funnel["steps"]) > LEAST_STEPS else told


def _best(funnel: Mapping[str, Any], language: Language) -> str:
    """Another question than which step is the weakest: where a point more brings most."""
    best = funnel["best"]
    if best == funnel["weakest"]:
        return say("weakest.best_too", language)
    before, step = (say(f"step.{item['name']}", language) for item in funnel["steps"][best - 1 : best + 1])
    text = say("weakest.best", language, before=before, step=step, **_gain(funnel, best, language))
    return f"{text}{_worth(funnel, best, language)}{say('weakest.not_alike', language)}"


def _gain(funnel: Mapping[str, Any], position: int, language: Language) -> dict[str, str]:
    """What a point more of a step brings at the end."""
    steps = funnel["steps"]
    return {
        "gained": plain(steps[position]["gained"], 0, language),
        "last": say(f"step.{steps[-1]['name']}", language),
    }


def _worth(funnel: Mapping[str, Any], position: int, language: Language) -> str:
    money = funnel["steps"][position]["money"]
    told = money and number(round(money), "money", funnel["currency"], language)
    return say("weakest.worth", language, money=told) if told else ""
