"""Whatever the factors, their effects add up to the change of their product, each by its own logarithmic growth."""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal, localcontext

import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.runner import run_over

AS_OF = datetime(2026, 3, 18, 5, 30, tzinfo=UTC)
# Value before and now, and whether the product is divided by it.
Factor = tuple[float, float, bool]

sizes = st.floats(1e-4, 1e6)
grown = st.tuples(sizes, st.floats(1e-3, 1e3), st.booleans()).map(lambda f: (f[0], f[0] * f[1], f[2]))
barely = st.tuples(sizes, st.floats(-1e-6, 1e-6) | st.floats(-0.01, 0.01), st.booleans()).map(
    lambda f: (f[0], f[0] * (1 + f[1]), f[2])
)
products = st.lists(grown | barely, min_size=1, max_size=4)


def _effects(factors: Sequence[Factor]) -> list[float]:
    before, now = (_product(factors, side) for side in (0, 1))
    rows = [(0, float(before), float(now)), *((i, f[0], f[1]) for i, f in enumerate(factors, 1))]
    values = [
        {"kpi_no": 1, "segment_set": "total", "comparison": "previous", "period_no": 2, "base_no": 1, "cell_no": 1}
        | {"position": position, "value0": value0, "value1": value1, "is_missing": False, "is_provisional": False}
        for position, value0, value1 in rows
    ]
    seed = [
        {"kpi_id": "p", "kpi_version": 1, "position": i, "exponent": -1 if factor[2] else 1}
        for i, factor in enumerate(factors, 1)
    ]
    given = {
        "kpi_factor_values": pa.Table.from_pylist(values),
        "kpi_products": pa.Table.from_pylist(seed),
        "kpi_keys": pa.Table.from_pylist([{"kpi_no": 1, "kpi_id": "p", "kpi_version": 1}]),
    }
    connection = run_over(given, ["kpi_factor_effects"], AS_OF)
    try:
        found = connection.execute("select effect from kpi.kpi_factor_effects order by position").fetchall()
        return [effect for (effect,) in found]
    finally:
        connection.close()


def _product(factors: Sequence[Factor], side: int) -> Decimal:
    product = Decimal(1)
    for *values, is_inverse in factors:
        product = product / Decimal(values[side]) if is_inverse else product * Decimal(values[side])
    return product


@settings(max_examples=60, deadline=None)
@given(products)
@example([(100.0, 120.0, False), (0.02, 0.015, False), (50.0, 60.0, False)])
@example([(700.0, 2100.0, False), (30.0, 90.0000001, True)])  # two large moves whose product hardly moves
@example([(7.0, 7.0, False)])
def test_the_effects_add_up_and_are_those_of_the_logarithms(factors: list[Factor]) -> None:
    found = _effects(factors)
    with localcontext() as context:
        context.prec = 60
        before, now = _product(factors, 0), _product(factors, 1)
        mean = before if now == before else (now - before) / (now / before).ln()
        exact = [mean * (Decimal(f[1]) / Decimal(f[0])).ln() * (-1 if f[2] else 1) for f in factors]
        change = now - before
    scale = float(max(before, now))
    assert abs(sum(found) - float(change)) <= 1e-9 * scale
    assert found == pytest.approx([float(effect) for effect in exact], rel=1e-9, abs=1e-9 * scale)
