"""Equal content, equal digest: whatever else is in the buffers."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa
import pytest

from connectors.common.digest import ContentDigest
from connectors.common.table import DAY, FLAG, INSTANT, MONEY, NUMBER, TEXT, WHOLE

VALUES = {
    TEXT: ["a", None, "", "åäö"],
    WHOLE: [1, None, 0, -5],
    NUMBER: [1.5, None, 0.0, -2.0],
    FLAG: [True, None, False, True],
    DAY: [date(2026, 1, 1), None, date(2024, 2, 29), date(2026, 3, 1)],
    INSTANT: [
        datetime(2026, 1, 1, tzinfo=UTC),
        None,
        datetime(2026, 1, 2, tzinfo=UTC),
        datetime(2026, 1, 3, tzinfo=UTC),
    ],
    MONEY: [Decimal("1.5"), None, Decimal(0), Decimal("-2.25")],
}


def digest(*tables: pa.Table) -> str:
    found = ContentDigest()
    for table in tables:
        found.add(table)
    return found.text()


def table(kind: pa.DataType, values: list[object]) -> pa.Table:
    return pa.table({"value": pa.array(values, kind)})


@pytest.mark.parametrize("kind", VALUES, ids=str)
def test_a_slice_is_as_its_copy(kind: pa.DataType) -> None:
    values = VALUES[kind]
    assert digest(table(kind, values).slice(1, 3)) == digest(table(kind, values[1:]))


@pytest.mark.parametrize("kind", VALUES, ids=str)
def test_every_change_shows(kind: pa.DataType) -> None:
    values = VALUES[kind]
    changed = [values, [values[0], values[2], values[2], values[3]], values[::-1], values[:3], [None, *values[1:]]]
    assert len({digest(table(kind, rows)) for rows in changed}) == len(changed)


def test_what_stands_under_a_null_is_not_content() -> None:
    clean = pa.array([1, None, 3], WHOLE)
    dirty = pa.Array.from_buffers(WHOLE, 3, [clean.buffers()[0], pa.array([1, 99, 3], WHOLE).buffers()[1]])
    assert clean.equals(dirty)
    assert digest(pa.table({"value": clean})) == digest(pa.table({"value": dirty}))


def test_texts_do_not_run_into_each_other() -> None:
    assert digest(table(TEXT, ["ab", "c"])) != digest(table(TEXT, ["a", "bc"]))
