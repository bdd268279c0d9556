"""Where the bottleneck is: counts of the steps, their rates against the period before, and what a point more brings.

Counts are published numerators and denominators of one segment; a rate is the step's count ÷ that of the step before.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import Any

from dashboards.axis import Axis
from dashboards.series import TOTAL, Series, compact
from dashboards.views import FILTERS, FUNNELS, Funnel
from orchestration.cli.marts import Row

POINT = 0.01
# Rates of fewer cases are shown, but no bottleneck is found in them.
LEAST_CASES = 30
FLAGS = ("is_provisional", "is_missing")


def funnel_kpis(persona: str) -> set[str]:
    return {
        kpi_id
        for funnel in FUNNELS[persona]
        for kpi_id in (*(step.kpi_id for step in funnel.steps), funnel.worth)
        if kpi_id
    }


def selections(segments: Mapping[str, Sequence[str]]) -> list[tuple[str, str]]:
    """(segment set, segment): the whole company, then each choice of each filter."""
    return [(TOTAL, ""), *((name, segment) for name in FILTERS for segment in segments.get(name, ()))]


def packed_funnels(
    persona: str, series: Mapping[str, Series], axis: Axis, chosen: Sequence[tuple[str, str]]
) -> dict[str, Any]:
    """`selection → period → funnels`; a selection in which no step is counted is left out."""
    found: dict[str, Any] = {}
    for selection in chosen:
        for start in axis.choices:
            funnels = [
                counted
                for funnel in FUNNELS[persona]
                if (counted := read_funnel(funnel, series, selection, start, axis.before(start)))
            ]
            if funnels:
                found.setdefault("|".join(selection), {})[start.isoformat()] = only_weakest(funnels)
    return found


def only_weakest(funnels: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The funnels with `weakest` in the one that has the weakest step of all, and None in the others."""

    def relative(funnel: Mapping[str, Any]) -> float:
        return float(funnel["steps"][funnel["weakest"]]["relative_change"])

    first = min((funnel for funnel in funnels if funnel["weakest"] is not None), key=relative, default=None)
    return [funnel if funnel is first else funnel | {"weakest": None} for funnel in funnels]


def read_funnel(
    funnel: Funnel, series: Mapping[str, Series], selection: tuple[str, str], start: date, before: date | None
) -> dict[str, Any] | None:
    """The steps with count, rate and what one point more brings; `weakest`: the position of the weakest step's rate.

    The weakest step is the one whose rate fell most against the period before, relatively; if none fell, the one that
    rose least. `best`: where one point more brings most. None where not even two steps are counted in the selection.
    """
    rows = [_row(series, selection, step.kpi_id, start) for step in funnel.steps]
    counts = [_count(row, step.part) for row, step in zip(rows, funnel.steps, strict=True)]
    earlier = [
        _count(_row(series, selection, step.kpi_id, before) if before else None, step.part) for step in funnel.steps
    ]
    if sum(count is not None for count in counts) < 2:
        return None
    rates, old_rates = _rates(counts), _rates(earlier)
    worth = _row(series, selection, funnel.worth, start) if funnel.worth else None
    steps: list[dict[str, Any]] = []
    for position, step in enumerate(funnel.steps):
        gained = _gained(counts, rates, position)
        money = gained * worth["value"] if gained is not None and worth and worth["value"] is not None else None
        steps.append(
            {
                "name": step.name,
                "count": compact(counts[position]),
                "previous_count": compact(earlier[position]),
                "rate": compact(rates[position]),
                "previous_rate": compact(old_rates[position]),
                "change": compact(_minus(rates[position], old_rates[position])),
                "relative_change": compact(_relative(rates[position], old_rates[position])),
                "gained": compact(gained),
                "money": compact(money),
                **{
                    name: any(item and item[name] for item in rows[max(0, position - 1) : position + 1])
                    for name in FLAGS
                },
            }
        )
    return {
        "name": funnel.name,
        "steps": steps,
        "currency": worth["currency"] if worth else "",
        "weakest": _weakest(counts, steps),
        "best": _best(steps),
    }


def _row(series: Mapping[str, Series], selection: tuple[str, str], kpi_id: str, start: date) -> Row | None:
    found = series.get("|".join((*selection, kpi_id)))
    return found.rows.get(start) if found else None


def _count(row: Row | None, part: str) -> float | None:
    return None if row is None or row["is_missing"] else row[part]


def _rates(counts: Sequence[float | None]) -> list[float | None]:
    """Of each step; the first has none."""
    return [None, *(after / before if before and after is not None else None for before, after in pairwise(counts))]


def _gained(counts: Sequence[float | None], rates: Sequence[float | None], position: int) -> float | None:
    """How many more come out at the end when the rate of one step is a point higher and the later ones stay."""
    rate = rates[position]
    before = counts[position - 1] if position else None
    if rate is None or before is None or rate + POINT > 1:
        return None
    gained = before * POINT
    for later in rates[position + 1 :]:
        if later is None:
            return None
        gained *= later
    return gained


def _weakest(counts: Sequence[float | None], steps: Sequence[Mapping[str, Any]]) -> int | None:
    moved = [
        (step["relative_change"], position)
        for position, step in enumerate(steps)
        if step["relative_change"] is not None and (counts[position - 1] or 0) >= LEAST_CASES
    ]
    return min(moved)[1] if moved else None


def _best(steps: Sequence[Mapping[str, Any]]) -> int | None:
    gained = [(step["gained"], -position) for position, step in enumerate(steps) if step["gained"] is not None]
    return -max(gained)[1] if gained else None


def _relative(value: float | None, other: float | None) -> float | None:
    return None if value is None or not other else value / other - 1


def _minus(value: float | None, other: float | None) -> float | None:
    return None if value is None or other is None else value - other
