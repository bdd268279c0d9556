"""Numbers, dates and periods as sentences have them, in English and Swedish.

The pages' JavaScript formats what it looks up by the same rules (`page/script/10_format.js`).
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

Language = Literal["en", "sv"]
LANGUAGES: tuple[Language, ...] = ("en", "sv")
GAP = "\u00a0"
MINUS = "−"
MONTHS: Mapping[Language, str] = {
    "en": "January February March April May June July August September October November December",
    "sv": "januari februari mars april maj juni juli augusti september oktober november december",
}
SHORT_MONTHS: Mapping[Language, str] = {
    "en": "Jan Feb Mar Apr May Jun Jul Aug Sept Oct Nov Dec",
    "sv": "jan. feb. mars apr. maj juni juli aug. sep. okt. nov. dec.",
}
# A smaller difference of rates would be nothing with two decimals of a percentage point.
LEAST_SHOWN = 0.00005
# Of the percentage points of a rate.
MOST_DIGITS = 4
SECONDS: Mapping[Language, str] = {"en": "s", "sv": "s"}
# Differences of rates and of indices.
_POINTS: Mapping[str, Mapping[Language, str]] = {
    "ratio": {"en": "percentage points", "sv": "procentenheter"},
    "index": {"en": "points", "sv": "punkter"},
}
DAYS: Mapping[Language, str] = {"en": "days", "sv": "dagar"}


def plain(value: float, digits: int, language: Language) -> str:
    """Rounded half away from zero, with the language's separators."""
    rounded = _rounded(value, digits)
    text = f"{rounded:,.{digits}f}"
    if rounded == 0:
        text = text.removeprefix("-")
    if language == "sv":
        text = text.translate({ord(","): GAP, ord("."): ","})
    return text.replace("-", MINUS)


def number(value: float | None, unit: str, currency: str, language: Language, like: float | None = None) -> str:
    """A value in its unit: `3.42%`, `SEK 1,234`, `2.35×`; a dash for none.

    `like`: a larger one beside it, whose decimals it takes.
    """
    if value is None:
        return "–"
    text = plain(value * _scale(unit), _decimals(value, value if like is None else like, unit), language)
    return _in_unit(text, unit, currency, language)


def _in_unit(text: str, unit: str, currency: str, language: Language) -> str:
    match unit:
        case "ratio":
            return f"{text}%" if language == "en" else f"{text}{GAP}%"
        case "x":
            return f"{text}×"
        case "money":
            return _money(text, currency, language)
        case "seconds":
            return f"{text}{GAP}{SECONDS[language]}"
        case "days":
            return f"{text}{GAP}{DAYS[language]}"
    return text


def alike(values: Sequence[float | None], unit: str, currency: str, language: Language) -> list[str]:
    """Values that are read beside each other, with the decimals of the largest."""
    like = largest(values)
    return [number(value, unit, currency, language, like) for value in values]


def largest(values: Iterable[float | None]) -> float | None:
    """The one farthest from 0, whose decimals the others take; None where there is none."""
    return max((value for value in values if value is not None), key=abs, default=None)


def size(value: float, unit: str, currency: str, language: Language, like: float | None = None) -> str:
    """How large a difference is, without its sign: rates in percentage points, indices in points.

    `like`: the value that differs, whose decimals it takes.
    """
    value = abs(value)
    if unit == "ratio":
        return f"{plain(value * 100, 2 if value >= LEAST_SHOWN else 4, language)}{GAP}{_POINTS[unit][language]}"
    if unit == "index":
        return f"{plain(value, 1, language)}{GAP}{_POINTS[unit][language]}"
    return number(value, unit, currency, language, like)


def apart(value: float, other: float, unit: str, currency: str, language: Language) -> str:
    """How far two values lie apart, without a sign: the difference of what `alike` shows of them.

    Their own difference where they are shown as the same.
    """
    digits = _digits(max(value, other, key=abs), unit)
    moved = abs(_rounded(value * _scale(unit), digits) - _rounded(other * _scale(unit), digits))
    if not moved:
        return size(value - other, unit, currency, language, value)
    text = plain(float(moved), digits, language)
    return f"{text}{GAP}{_POINTS[unit][language]}" if unit in _POINTS else _in_unit(text, unit, currency, language)


def rates_apart(rate: float, previous: float, language: Language) -> tuple[str, str, str]:
    """Two rates and how far they lie apart, with its sign, in percentage points: the difference of what is shown.

    They have the decimals of the larger, and more where they would be shown as the same.
    """
    digits = _digits(max(rate, previous), "ratio")
    while rate != previous and digits < MOST_DIGITS and not _points_apart(rate, previous, digits):
        digits += 1
    shown = [_in_unit(plain(item * 100, digits, language), "ratio", "", language) for item in (rate, previous)]
    moved = _points_apart(rate, previous, digits)
    points = f"{plain(abs(moved), digits, language)}{GAP}{_POINTS['ratio'][language]}"
    return shown[0], shown[1], signed(points, moved)


def _points_apart(rate: float, previous: float, digits: int) -> float:
    return float(_rounded(rate * 100, digits) - _rounded(previous * 100, digits))


def signed(text: str, value: float) -> str:
    """The text of a difference with its sign."""
    return f"{'+' if value > 0 else MINUS if value < 0 else ''}{text}"


def percent(value: float, language: Language) -> str:
    """A relative change without its sign, one decimal below a hundred per cent."""
    value = abs(value) * 100
    text = plain(value, 0 if value >= 100 or value == 0 else 1, language)
    return f"{text}%" if language == "en" else f"{text}{GAP}%"


def day(value: date, language: Language) -> str:
    """`17 Mar 2026`, `17 mars 2026`."""
    return f"{value.day} {SHORT_MONTHS[language].split()[value.month - 1]} {value.year}"


def period(grain: str, start: date, language: Language) -> str:
    """`17 Mar 2026`, `week 11, 2026`, `February 2026`, `Q1 2026`."""
    if grain == "week":
        year, week, _ = start.isocalendar()
        return f"week {week}, {year}" if language == "en" else f"vecka {week}, {year}"
    if grain == "month":
        return f"{MONTHS[language].split()[start.month - 1]} {start.year}"
    if grain == "quarter" and start.month % 3 == 1:
        return f"{'Q' if language == 'en' else 'kv '}{(start.month + 2) // 3} {start.year}"
    if grain == "quarter":  # of a fiscal year that begins between the calendar's
        names = SHORT_MONTHS[language].split()
        return f"{names[start.month - 1]}–{names[(start.month + 1) % 12]} {start.year}"
    return day(start, language)


def _rounded(value: float, digits: int) -> Decimal:
    return Decimal(repr(value)).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)


def _money(text: str, currency: str, language: Language) -> str:
    if currency in ("", "none"):
        return text
    if language == "sv":
        return f"{text}{GAP}{currency}"
    return f"{MINUS}{currency}{GAP}{text[1:]}" if text.startswith(MINUS) else f"{currency}{GAP}{text}"


def _scale(unit: str) -> int:
    return 100 if unit == "ratio" else 1


def _decimals(value: float, like: float, unit: str) -> int:
    """Those of `like`, its own where it would round to nothing with them; a zero has none."""
    if value == 0:
        return 0
    digits = _digits(like, unit)
    return digits if abs(value) * _scale(unit) * 10**digits >= 0.5 else _digits(value, unit)


def _digits(value: float, unit: str) -> int:
    """Decimals of a value alone: three significant digits of shares and money, at most two unless nothing were left.

    Counts are whole; what is a part of a small one (a credit, an expected value) has one.
    """
    match unit:
        case "x":
            return 2
        case "seconds":
            return 0
        case "days" | "index":
            return 1
        case "ratio" | "money":
            size = abs(value) * _scale(unit)
            if 0 < size < 0.005:
                return 4 if size < 0.0005 else 3
            return max(0, min(2, 3 - len(str(int(size)))))
    return 0 if abs(value - round(value)) < 1e-9 or abs(value) >= 100 else 1
