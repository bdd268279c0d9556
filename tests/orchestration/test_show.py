"""How changes and periods are written on the board."""

from datetime import date

import pytest

from orchestration.cli import show

GROWN = {"change": 10.0, "change_ratio": 0.25, "year_change": -2.0, "year_change_ratio": None, "is_comparable": False}


@pytest.mark.parametrize(
    ("since", "unit", "text"),
    [
        ("previous", "money", "▲ 25.0 %"),
        ("year", "count", "▼  2.0"),  # the base was too small for a percentage
    ],
)
def test_a_change_is_what_the_marts_decided(since: str, unit: str, text: str) -> None:
    assert show.change(GROWN, since, unit)[0] == text


def test_rates_move_in_points_and_nothing_is_said_without_a_base() -> None:
    assert show.change({"change": 0.012, "change_ratio": None}, "previous", "ratio") == (
        "▲  1.2 pp",
        pytest.approx(1.2),
    )
    assert show.change({"change": None}, "previous", "ratio") == ("", None)


def test_a_change_between_unlike_periods_has_no_colour() -> None:
    assert show.change_colour(GROWN, "previous", 25.0, "higher_better") == "dim"
    assert show.change_colour({"is_year_comparable": True}, "year", -2.0, "higher_better") == "red"


@pytest.mark.parametrize(
    ("grain", "start", "text", "short"),
    [
        ("week", date(2026, 3, 16), "week 12 2026", "w12"),
        ("quarter", date(2026, 4, 1), "Q2 2026", "Q2"),
        ("quarter", date(2025, 11, 1), "Nov–Jan 2025", "Nov–Jan"),
        ("week_to_date", date(2026, 3, 16), "week 12 2026 to date", "w12 so far"),
        ("month_to_date", date(2026, 3, 1), "March 2026 to date", "Mar so far"),
        ("quarter_to_date", date(2025, 11, 1), "Nov–Jan 2025 to date", "Nov so far"),
    ],
)
def test_periods_have_names(grain: str, start: date, text: str, short: str) -> None:
    assert (show.period(grain, start), show.short_period(grain, start)) == (text, short)
    assert len(short) <= 10
