"""Where compared periods differ in length, in words: a month of 28 days has less time to sum up than one of 31."""

from datetime import date

from dashboards.axis import Axis, longer_by, months_on
from dashboards.numbers import LANGUAGES, Language
from dashboards.views import LENGTH_DAYS, MONTHS_OF
from dashboards.words import say
from orchestration.cli.marts import Row


def grows_with_time(known: Row) -> bool:
    """Whether a KPI of the catalogue has more the longer a period is: what adds up, and people who come by."""
    return bool(known["additivity"] == "A" or (known["additivity"] == "N" and known["unit"] == "people"))


def length_text(grain: str, start: date, other: date, language: Language) -> str:
    """`3 days fewer`, else `1 weekday more`; empty for periods of one length."""
    for unit, more in zip(("day", "weekday"), longer_by(grain, start, other), strict=True):
        if more:
            way, number = "more" if more > 0 else "fewer", "" if abs(more) == 1 else "s"
            return say(f"length.{unit}{number}.{way}", language, count=abs(more))
    return ""


def packed_lengths(axis: Axis) -> dict[str, dict[str, dict[str, str]]]:
    """Chosen period → `previous` and `year` → language → text; periods of one length are left out."""
    if axis.grain in LENGTH_DAYS:
        return {}
    found: dict[str, dict[str, dict[str, str]]] = {}
    for start in axis.choices:
        for name, months in (("previous", MONTHS_OF[axis.grain]), ("year", 12)):
            texts = {
                language: length_text(axis.grain, start, months_on(start, -months), language) for language in LANGUAGES
            }
            if all(texts.values()):
                found.setdefault(start.isoformat(), {})[name] = texts
    return found
