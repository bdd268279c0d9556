"""Numbers, dates and periods as sentences have them, in English and Swedish.

The pages' JavaScript formats what it looks up by the same rules (`page/format.js`).
"""

from collections.abc import Mapping
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
SECONDS: Mapping[Language, str] = {"en": "s", "sv": "s"}
DAYS: Mapping[Language, str] = {"en": "days", "sv": "dagar"}


def plain(value: float, digits: int, language: Language) -> str:
    """Rounded half away from zero, with the language's separators."""
    rounded = Decimal(repr(value)).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    text = f"{rounded:,.{digits}f}"
    if rounded == 0:
        text = text.removeprefix("-")
    if language == "sv":
        text = text.translate({ord(","): GAP, ord("."): ","})
    return text.replace("-", MINUS)


def number(value: float | None, unit: str, currency: str, language: Language) -> str:
    """A value in its unit: `3.42%`, `SEK 1,234`, `2.35×`; a dash for none."""
    if value is None:
        return "–"
    match unit:
        case "ratio":
            text = plain(value * 100, _digits(value * 100), language)
            return f"{text}%" if language == "en" else f"{text}{GAP}%"
        case "x":
            return f"{plain(value, 2, language)}×"
        case "money":
            return _money(plain(value, _digits(value), language), currency, language)
        case "seconds":
            return f"{plain(value, 0, language)}{GAP}{SECONDS[language]}"
        case "days":
            return f"{plain(value, 1, language)}{GAP}{DAYS[language]}"
        case "index":
            return plain(value, 1, language)
    is_whole = abs(value - round(value)) < 1e-9
    return plain(value, 0 if is_whole or abs(value) >= 1000 else 2, language)


def size(value: float, unit: str, currency: str, language: Language) -> str:
    """How large a difference is, without its sign: rates in percentage points, indices in points."""
    value = abs(value)
    if unit == "ratio":
        points = {"en": "percentage points", "sv": "procentenheter"}[language]
        return f"{plain(value * 100, 2 if value >= LEAST_SHOWN else 4, language)}{GAP}{points}"
    if unit == "index":
        points = {"en": "points", "sv": "punkter"}[language]
        return f"{plain(value, 1, language)}{GAP}{points}"
    return number(value, unit, currency, language)


def percent(value: float, language: Language) -> str:
    """A relative change without its sign, one decimal below a hundred per cent."""
    value = abs(value) * 100
    text = plain(value, 0 if value >= 100 else 1, language)
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


def _money(text: str, currency: str, language: Language) -> str:
    if currency in ("", "none"):
        return text
    if language == "sv":
        return f"{text}{GAP}{currency}"
    return f"{MINUS}{currency}{GAP}{text[1:]}" if text.startswith(MINUS) else f"{currency}{GAP}{text}"


def _digits(value: float) -> int:
    """Decimals that leave three significant digits, at most two (more for what would round to nothing)."""
    if value == 0:
        return 0
    if abs(value) < 0.1:
        return 4 if abs(value) < 0.01 else 3
    return max(0, min(2, 3 - len(str(int(abs(value))))))
