"""The comparer finds what differs and nothing else."""

import pandas as pd
import pytest

from tests.change_comparison import change_report
from tests.comparison import COMPARISONS, DERIVED, FLAGS, differences, report
from tests.oracle.catalogue import DIMENSIONS
from tests.sentences import NUMBERS, unsupported_numbers


def _row(**changes: object) -> dict[str, object]:
    key = {"kpi_id": "orders", "period_grain": "day", "period_start": "2026-03-02", "segment_set": "total"}
    key |= dict.fromkeys(DIMENSIONS, "(all)") | {"attribution_basis": "none", "date_basis": "none", "currency": "none"}
    values = {"numerator": 3.0, "denominator": None, "value": 3.0, "is_open_period": False, "is_missing": False}
    return key | values | dict.fromkeys((*COMPARISONS, *DERIVED)) | dict.fromkeys(FLAGS, False) | changes


def _frame(*rows: dict[str, object]) -> pd.DataFrame:
    return pd.DataFrame(list(rows))


RATIO = {"numerator": 1.0, "denominator": 3.0, "value": 1 / 3}
MONEY = {"currency": "SEK", "numerator": 10.5, "value": 10.5}
ROAS = {"numerator": 10.123, "denominator": 4.001, "value": 10.123 / 4.001}


@pytest.mark.parametrize(
    ("base", "change", "is_equal"),
    [
        ({}, {}, True),
        ({}, {"numerator": 3.000001}, False),
        ({}, {"value": None}, False),
        ({}, {"previous_value": 1.0}, False),
        ({}, {"is_open_period": True}, False),
        ({}, {"is_comparable": True}, False),
        (MONEY, {"acceleration": 1.0}, False),
        (MONEY | {"change": 10.5}, {"change": 10.503}, True),
        (MONEY | {"change_ratio": 0.5}, {"change_ratio": 0.503}, False),
        ({"n": 3.0}, {"n": 4.0}, False),
        (RATIO, {"value": 1 / 3 + 1e-10}, True),
        (RATIO, {"value": 1 / 3 + 1e-8}, False),
        (RATIO, {"denominator": 4.0}, False),
        (MONEY, {"numerator": 10.503, "value": 10.503}, True),
        (MONEY, {"value": 10.506}, False),
        (ROAS, {"numerator": 10.1235}, True),
        (ROAS, {"numerator": 10.13}, False),
    ],
)
def test_tolerances(base: dict[str, object], change: dict[str, object], is_equal: bool) -> None:
    found = differences(_frame(_row(**(base | change))), _frame(_row(**base)))
    assert (not found) == is_equal


def test_what_may_still_change_is_comparable_with_nothing() -> None:
    expected = _frame(_row(is_comparable=True))
    settling = {"is_provisional": True}
    assert report(_frame(_row(is_comparable=False) | settling), expected) == ""
    assert "is_comparable" in report(_frame(_row(is_comparable=True) | settling), expected)


def test_rows_of_one_side_only_are_told_apart_and_the_worst_kpi_comes_first() -> None:
    left = _frame(_row(), _row(kpi_id="spend"), _row(kpi_id="spend", period_start="2026-03-03"))
    right = _frame(_row(), _row(campaign="brand", segment_set="campaign"))
    text = report(left, right)
    assert [item.kpi_id for item in differences(left, right)] == ["spend", "orders"]
    assert "1 × campaign by day: only expected" in text
    assert "spend day 2026-03-03" in text
    assert "campaign=brand: expected numerator=3, value=3" in text


def test_a_double_key_is_refused() -> None:
    with pytest.raises(ValueError, match="expected: 2 rows share a key, such as orders day 2026-03-02"):
        differences(_frame(_row()), _frame(_row(), _row()))


def test_tables_of_changes_are_compared_row_by_row() -> None:
    key, values = ["kpi_id"], ["base_start", "effect", "why"]
    nothing = float("nan")
    expected = pd.DataFrame({"kpi_id": ["a", "b"], "base_start": ["2026-03-02"] * 2, "effect": [1.0, nothing]})
    expected["why"] = ["x", "z"]
    found = expected.assign(base_start=pd.to_datetime(expected["base_start"]))
    assert change_report(found, expected, key, values) == ""
    assert change_report(found.assign(effect=[1.0 + 1e-12, nothing]), expected, key, values) == ""
    assert "effect 1.1 instead of 1.0" in change_report(found.assign(effect=[1.1, nothing]), expected, key, values)
    assert "effect 0.0 instead of nan" in change_report(found.assign(effect=[1.0, 0.0]), expected, key, values)
    assert "why y instead of x" in change_report(found.assign(why=["y", "z"]), expected, key, values)
    assert change_report(found.head(1), expected, key, values).startswith("1 rows differ")
    with pytest.raises(ValueError, match="share a key"):
        change_report(pd.concat([found, found]), expected, key, values)


def test_a_sentence_may_only_say_numbers_of_its_row() -> None:
    row = dict.fromkeys(NUMBERS) | {
        "kpi_id": "cvr",
        "period_start": "2026-03-09",
        "leading_segment": "brand 7",
    }
    row |= {"factor_label": None, "value0": 0.03181, "value1": 0.0276, "change": -0.00421, "leading_effect": -0.0031}
    said = (
        "CVR 30 fell by 0.42 points to 2.76 % in 2026-03 (3.18 % before): campaign brand 7 stands out (-0.31 points)."
    )
    labels = {"cvr": "CVR 30"}
    assert unsupported_numbers(pd.DataFrame([row | {"sentence": said}]), labels) == []
    for right, wrong in {"0.42": "0.43", "2.76": "2.77", "3.18": "3.2", "-0.31": "+0.31"}.items():
        found = pd.DataFrame([row | {"sentence": said.replace(right, wrong)}])
        assert len(unsupported_numbers(found, labels)) == (0 if wrong == "3.2" else 1), wrong
