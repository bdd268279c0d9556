"""Whatever the segments, the parts of a change add up to it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.runner import run_over

AS_OF = datetime(2026, 3, 18, 5, 30, tzinfo=UTC)
MODELS = ("kpi_change_cells", "kpi_change_effects")
BEFORE, NOW = 1, 2
TOTAL, REST = 100, 99
PARTS = pa.schema(
    {
        **dict.fromkeys(("kpi_no", "period_no", "cell_no"), pa.int32()),
        **dict.fromkeys(("numerator", "denominator"), pa.decimal128(38, 12)),
    }
)
QUALITY = pa.schema(
    {
        **dict.fromkeys(("kpi_no", "period_no"), pa.int32()),
        **{"platform": pa.string(), "is_missing": pa.bool_(), "settled_share": pa.float64()},
    }
)
UNFED = pa.schema([("kpi_no", pa.int32()), ("period_no", pa.int32())])


class Effect(NamedTuple):
    """A row of the split."""

    kpi_no: int
    segment_set: str
    cell_no: int
    rate_effect: float | None
    mix_effect: float | None
    interaction_effect: float | None
    effect: float


@dataclass(frozen=True)
class Segment:
    """Parts of the two periods; None = the segment has no row there."""

    before: tuple[Decimal, Decimal] | None
    now: tuple[Decimal, Decimal] | None


@dataclass(frozen=True)
class Change:
    """A KPI in two periods: named segments, what the total has beyond them, how many segments keep their name."""

    is_ratio: bool
    segments: Sequence[Segment]
    beyond: Segment


amounts = st.one_of(
    st.just(Decimal(0)),
    st.integers(0, 1_000_000).map(Decimal),
    st.decimals(-1_000, 1_000_000, places=6, allow_nan=False, allow_infinity=False),
)
counts = st.one_of(st.just(Decimal(0)), st.integers(0, 10_000_000).map(Decimal))
segments = st.builds(Segment, st.none() | st.tuples(amounts, counts), st.none() | st.tuples(amounts, counts))
changes = st.builds(Change, st.booleans(), st.lists(segments, max_size=8), segments)


def _rows(change: Change, kpi_no: int) -> list[dict[str, object]]:
    found = []
    for period_no, side in ((BEFORE, "before"), (NOW, "now")):
        there = [(number, getattr(one, side)) for number, one in enumerate(change.segments, 1)]
        found += [(period_no, number, *parts) for number, parts in there if parts]
        beyond = getattr(change.beyond, side)
        whole = [parts for _, parts in there if parts] + ([beyond] if beyond else [])
        # A total is dense: it has a row whatever its segments have.
        found.append((period_no, TOTAL, sum((p[0] for p in whole), Decimal(0)), sum((p[1] for p in whole), Decimal(0))))
    return [
        {"kpi_no": kpi_no, "period_no": period, "cell_no": cell, "numerator": above, "denominator": below}
        for period, cell, above, below in found
    ]


def _effects(found: Sequence[Change], top: int | None, is_reversed: bool = False) -> list[Effect]:
    parts = [row for number, change in enumerate(found) for row in _rows(change, number)]
    if is_reversed:
        parts = parts[::-1]
    compared = [
        {"segment_set": name, "comparison": "previous", "period_no": NOW, "base_no": BEFORE, "top_segments": top}
        for name in ("total", "channel")
    ]
    cells = [{"cell_no": number, "segment_set": "channel", "other_cell_no": REST} for number in (*range(1, 9), REST)]
    keys = [
        {"kpi_no": number, "kpi_id": f"k{number}", "kpi_version": 1, "attribution_basis": "none"}
        | {"is_partition": True, "is_ratio": change.is_ratio, "personal_sets": ""}
        for number, change in enumerate(found)
    ]
    given = {
        "kpi_parts": pa.Table.from_pylist(parts, PARTS),
        "kpi_keys": pa.Table.from_pylist(keys),
        "kpi_segments": pa.Table.from_pylist(
            [*cells, {"cell_no": TOTAL, "segment_set": "total", "other_cell_no": TOTAL}]
        ),
        "kpi_change_periods": pa.Table.from_pylist(compared),
        "kpi_period_quality": QUALITY.empty_table(),
        "kpi_unfed": UNFED.empty_table(),
    }
    connection = run_over(given, MODELS, AS_OF)
    try:
        found_rows = connection.execute(
            f"select {', '.join(Effect._fields)} from kpi.kpi_change_effects order by all"
        ).fetchall()
        return [Effect(*row) for row in found_rows]
    finally:
        connection.close()


def _value(change: Change, side: str) -> Fraction | None:
    """The total, computed exactly."""
    parts = [getattr(one, side) for one in (*change.segments, change.beyond)]
    above = sum((Fraction(part[0]) for part in parts if part), Fraction(0))
    below = sum((Fraction(part[1]) for part in parts if part), Fraction(0))
    if not change.is_ratio:
        return above
    return above / below if below else None


@settings(max_examples=60, deadline=None)
@given(st.lists(changes, min_size=1, max_size=6), st.none() | st.integers(1, 4))
def test_the_effects_add_up_to_the_change(found: list[Change], top: int | None) -> None:
    rows = _effects(found, top)
    for number, change in enumerate(found):
        before, now = _value(change, "before"), _value(change, "now")
        own = [row for row in rows if row.kpi_no == number]
        if before is None or now is None:
            assert own == []
            continue
        scale = max(1.0, abs(float(before)), abs(float(now)))
        assert {row.segment_set for row in own} >= {"total"}
        for segment_set in {row.segment_set for row in own}:
            effects = [row for row in own if row.segment_set == segment_set]
            assert abs(sum(row.effect for row in effects) - float(now - before)) <= 1e-9 * scale
            assert top is None or len(effects) <= top + 1
            if change.is_ratio:
                kinds = [
                    (row.rate_effect or 0) + (row.mix_effect or 0) + (row.interaction_effect or 0) for row in effects
                ]
                assert kinds == pytest.approx([row.effect for row in effects], rel=1e-9, abs=1e-9 * scale)


@settings(max_examples=15, deadline=None)
@given(st.lists(changes, min_size=1, max_size=6))
def test_the_order_of_rows_changes_nothing(found: list[Change]) -> None:
    one, other = _effects(found, 3), _effects(found, 3, is_reversed=True)
    assert [row[:3] for row in one] == [row[:3] for row in other]
    assert [row.effect for row in one] == pytest.approx([row.effect for row in other], rel=1e-9, abs=1e-9)


def test_the_example_of_the_page() -> None:
    """docs/why.md: every segment falls and the total rises."""
    page = (Path(__file__).parents[1] / "docs" / "why.md").read_text("utf-8")
    block = re.search(r"^```csv sessions\.csv\n.*?\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    assert block
    lines = [line.split(",")[1:] for line in block[1].splitlines()]
    parts = [
        Segment((Decimal(orders0), Decimal(sessions0)), (Decimal(orders1), Decimal(sessions1)))
        for sessions0, orders0, sessions1, orders1 in lines
    ]
    rows = [row for row in _effects([Change(True, parts, Segment(None, None))], None) if row.segment_set == "channel"]
    sums = [sum(float(row[kind] or 0) * 100 for row in rows) for kind in (3, 4, 5, 6)]
    assert sums == [-6.25, 18.75, 0, 12.5]
    assert "rate −6.25 points, mix +18.75, interaction 0" in page
    assert "from 21.875 % to 34.375 %" in page
