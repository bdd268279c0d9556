"""Where compared periods differ in length, in words: a month of 28 days has less time to sum up than one of 31."""

from collections.abc import Mapping
from datetime import date

from dashboards.axis import Axis, length, longer_by, months_on
from dashboards.numbers import LANGUAGES, Language
from dashboards.series import compact
from dashboards.views import LENGTH_DAYS, MONTHS_OF
from dashboards.words import say
from orchestration.cli.marts import Row

# Column of a series, the value that it compares with, and how many months earlier that is (None: one period).
PER_DAY = (("per_day", "previous_value", None), ("year_per_day", "previous_year_value", 12))


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


def per_day(known: Row, grain: str, now: tuple[date, float | None], then: tuple[date, float | None]) -> float | None:
    """The relative change of a day's share of a sum between two periods, each with its first day and its value.

    None for periods of as many days, for what does not add up (a person may come on several days), and of nothing.
    """
    (start, value), (other, before) = now, then
    days, base_days = length(grain, start), length(grain, other)
    if known["additivity"] != "A" or days == base_days or value is None or not before or before < 0:
        return None
    return (value / days) / (before / base_days) - 1


def packed_per_day(known: Row, axis: Axis, rows: Mapping[date, Row]) -> dict[str, list[float | None]]:
    """Over the chosen periods, as the columns of a series; those without a value are left out."""
    if axis.grain in LENGTH_DAYS:
        return {}
    columns: dict[str, list[float | None]] = {}
    for name, value_name, months in PER_DAY:
        column: list[float | None] = []
        for start in axis.choices:
            row, other = rows.get(start), months_on(start, -(months or MONTHS_OF[axis.grain]))
            now, then = (None, None) if row is None else (row["value"], row[value_name])
            column.append(compact(per_day(known, axis.grain, (start, now), (other, then))))
        if any(item is not None for item in column):
            columns[name] = column
    return columns


def packed_lengths(axis: Axis) -> dict[str, dict[str, dict[str, str | int]]]:
    """Chosen period → `previous` and `year` → language → text, and by how many `days`; left out for one length."""
    if axis.grain in LENGTH_DAYS:
        return {}
    found: dict[str, dict[str, dict[str, str | int]]] = {}
    for start in axis.choices:
        for name, months in (("previous", MONTHS_OF[axis.grain]), ("year", 12)):
            other = months_on(start, -months)
            texts = {language: length_text(axis.grain, start, other, language) for language in LANGUAGES}
            if all(texts.values()):
                days, _ = longer_by(axis.grain, start, other)
                found.setdefault(start.isoformat(), {})[name] = {**texts, "days": days}
    return found
