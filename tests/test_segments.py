"""The checks on segments find what is wrong and nothing else."""

import pandas as pd
import pytest

from tests.segments import not_adding_up, small_groups_told

CATALOG = pd.DataFrame(
    [
        {"kpi_id": "orders", "additivity": "A", "personal_sets": ""},
        {"kpi_id": "nps", "additivity": "R", "personal_sets": "country customer_type"},
    ]
)


def _values(*rows: tuple[str, str, float, float]) -> pd.DataFrame:
    """Rows of KPI, set, numerator and denominator in one month."""
    columns = ["kpi_id", "segment_set", "numerator", "denominator"]
    frame = pd.DataFrame(rows, columns=columns)
    return frame.assign(period_grain="month", period_start="2026-02-01", is_missing=False)


@pytest.mark.parametrize(("unknown", "is_told"), [(2, False), (1, True)])
def test_segments_without_what_is_unknown_are_not_the_total(unknown: float, is_told: bool) -> None:
    found = not_adding_up(
        _values(("orders", "total", 9, 0), ("orders", "channel", 7, 0), ("orders", "channel", unknown, 0)), CATALOG
    )
    assert found == (["orders channel month 2026-02-01"] if is_told else [])


@pytest.mark.parametrize(("cells", "is_told"), [((40, 3), True), ((28, 15), False), ((43,), False)])
def test_a_small_rest_is_told_by_the_total(cells: tuple[int, ...], is_told: bool) -> None:
    rows = [("nps", "country", 0.0, float(people)) for people in cells]
    found = small_groups_told(_values(("nps", "total", 0, 43), *rows), CATALOG, 10)
    assert found == (["nps country month 2026-02-01"] if is_told else [])


def test_few_answers_that_are_all_tell_nothing_new() -> None:
    assert small_groups_told(_values(("nps", "total", 0, 4), ("nps", "country", 0, 4)), CATALOG, 10) == []
