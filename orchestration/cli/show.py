"""How numbers, changes and periods are written for people."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
BARS = "▁▂▃▄▅▆▇█"
TO_DATE = "_to_date"


def number(value: float | None, unit: str, currency: str = "") -> str:
    """A value in its unit: `12,345`, `3.42 %`, `1,234 SEK`, `2.35 x`. A dash for none."""
    if value is None:
        return "–"
    match unit:
        case "ratio":
            return f"{value * 100:,.{_digits(value * 100, 3)}f} %"
        case "x":
            return f"{value:,.2f} x"
        case "money":
            return f"{value:,.{_digits(value, 3)}f} {currency}".rstrip()
        case "seconds":
            return f"{value:,.0f} s"
        case "days":
            return f"{value:,.1f} d"
        case "index":
            return f"{value:,.1f}"
    is_whole = abs(value - round(value)) < 1e-9
    return f"{value:,.0f}" if is_whole or abs(value) >= 1000 else f"{value:,.2f}"


def _digits(value: float, significant: int) -> int:
    """Decimals that leave about so many digits; none from there on."""
    whole = len(str(int(abs(value))))
    return max(0, min(2, significant - whole))


def change(row: dict[str, Any], since: str, unit: str) -> tuple[str, float | None]:
    """What is shown of a row's change since `previous` or `year`, and the signed size, as the marts decided it.

    Rates move in percentage points, indices in points, all else in percent, or in its unit where that says nothing.
    """
    prefix = "" if since == "previous" else "year_"
    moved, ratio = row.get(f"{prefix}change"), row.get(f"{prefix}change_ratio")
    if moved is None:
        return "", None
    if unit == "ratio":
        return _signed(moved * 100, " pp"), moved * 100
    if ratio is None:
        return _signed(moved, ""), moved
    return _signed(ratio * 100, " %"), ratio * 100


def change_colour(row: dict[str, Any], since: str, moved: float | None, direction: str) -> str:
    """That of `colour`; dim where the two periods are not alike."""
    is_comparable = row.get("is_comparable" if since == "previous" else "is_year_comparable", True)
    return colour(moved, direction) if is_comparable else "dim"


def _signed(moved: float, unit: str) -> str:
    """The arrow is the sign: `▲ 3.1 %`; no arrow where nothing moved."""
    digits = 0 if abs(moved) >= 100 else 1
    arrow = "▲" if round(moved, digits) > 0 else "▼" if round(moved, digits) < 0 else " "
    return f"{arrow}{abs(moved):>5,.{digits}f}{unit}"


def effect(value: float | None, unit: str, change: float) -> str:
    """What something adds to a change, with its sign and no unit: of ratios percentage points."""
    if value is None:
        return "–"
    if unit == "ratio":
        return f"{value * 100:+,.{2 if abs(change) >= 0.001 else 4}f}"
    if unit == "index":
        return f"{value:+,.2f}"
    if unit == "x":
        return f"{value:+,.{2 if abs(change) >= 0.1 else 4}f}"
    is_whole = abs(value - round(value)) < 1e-9
    return f"{value:+,.{0 if is_whole or abs(value) >= 100 else 2}f}"


def colour(moved: float | None, direction: str) -> str:
    """green for the better, red for the worse, plain where the direction says nothing."""
    if moved is None or abs(moved) < 0.05 or direction not in ("higher_better", "lower_better"):
        return "default"
    return "green" if (moved > 0) == (direction == "higher_better") else "red"


def trend(values: Sequence[float | None]) -> str:
    """A row of little bars; a dot where there is no value."""
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return ""
    low, high = min(known), max(known)
    span = (high - low) or 1.0
    return "".join("·" if value is None else BARS[min(7, int((value - low) / span * 8))] for value in values)


def day(value: date | None) -> str:
    """`17 Mar 2026`."""
    return "–" if value is None else f"{value.day} {MONTHS[value.month - 1]} {value.year}"


def period(grain: str, start: date) -> str:
    """`17 Mar 2026`, `week 11 2026`, `February 2026`, `Q1 2026`, `Feb–Apr 2026`, `March 2026 to date`."""
    if grain.endswith(TO_DATE):
        return f"{period(grain.removesuffix(TO_DATE), start)} to date"
    if grain == "week":
        year, week, _ = start.isocalendar()
        return f"week {week} {year}"
    if grain == "month":
        return f"{start:%B} {start.year}"
    if grain == "quarter":
        return f"{_quarter(start)} {start.year}"
    return day(start)


def short_period(grain: str, start: date) -> str:
    """The same in at most ten letters: `17 Mar`, `w11`, `Feb`, `Q1`, `Feb–Apr`, `Mar so far`."""
    if grain.endswith(TO_DATE):
        return f"{short_period(grain.removesuffix(TO_DATE), start)[:3].rstrip()} so far"
    if grain == "week":
        return f"w{start.isocalendar().week}"
    if grain == "quarter":
        return _quarter(start)
    return MONTHS[start.month - 1] if grain == "month" else f"{start.day} {MONTHS[start.month - 1]}"


def _quarter(start: date) -> str:
    """`Q1`; the months of a quarter that is not one of the calendar's."""
    if start.month % 3 == 1:
        return f"Q{(start.month + 2) // 3}"
    return f"{MONTHS[start.month - 1]}–{MONTHS[(start.month + 1) % 12]}"


STATUS = {"on_track": ("✓", "green"), "at_risk": ("≈", "yellow"), "off_track": ("✗", "red")}


def status(name: str | None) -> tuple[str, str]:
    """Sign and colour of a status; nothing without a target."""
    return STATUS.get(name or "", ("", "default"))


def status_legend(names: Iterable[str]) -> str:
    """What the signs of these statuses mean, as markup; empty without any."""
    used = set(names)
    return "   ".join(
        f"[{colour}]{sign}[/{colour}] {name.replace('_', ' ')}"
        for name, (sign, colour) in STATUS.items()
        if name in used
    )


def marks(row: dict[str, Any]) -> str:
    """`◆` unusual, `~` provisional, `°` few observations, `*` days of another zone."""
    signs = (("is_anomaly", "◆"), ("is_provisional", "~"), ("is_unreliable", "°"), ("tz_mismatch", "*"))
    return "".join(sign for column, sign in signs if row.get(column))
