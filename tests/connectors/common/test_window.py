"""Windows and periods."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.common.window import GRAINS, Grain, Window, period_end, period_start


@pytest.mark.parametrize(
    ("grain", "start", "end"),
    [
        ("day", date(2024, 2, 29), date(2024, 2, 29)),
        ("week", date(2024, 2, 26), date(2024, 3, 3)),
        ("month", date(2024, 2, 1), date(2024, 2, 29)),
        ("quarter", date(2024, 1, 1), date(2024, 3, 31)),
    ],
)
def test_periods_of_a_leap_day(grain: Grain, start: date, end: date) -> None:
    assert (period_start(grain, date(2024, 2, 29)), period_end(grain, date(2024, 2, 29))) == (start, end)


def test_december_closes_month_and_quarter_in_the_same_year() -> None:
    assert period_end("month", date(2025, 12, 3)) == period_end("quarter", date(2025, 10, 1)) == date(2025, 12, 31)


@pytest.mark.parametrize(
    ("day", "start", "end"),
    [
        (date(2021, 1, 31), date(2020, 11, 1), date(2021, 1, 31)),
        (date(2020, 2, 29), date(2020, 2, 1), date(2020, 4, 30)),
        (date(2020, 12, 1), date(2020, 11, 1), date(2021, 1, 31)),
    ],
)
def test_quarters_are_those_of_the_fiscal_year(day: date, start: date, end: date) -> None:
    fiscal = Window(day, day, fiscal_year_start_month=5)
    assert (period_start("quarter", day, 5), period_end("quarter", day, 5)) == (start, end)
    assert [period.id for period in fiscal.periods("quarter")] == [f"quarter:{start}"]


def test_a_window_widens_to_whole_periods_and_cuts_the_last() -> None:
    periods = Window(date(2026, 3, 4), date(2026, 3, 17)).periods("week")
    assert [period.id for period in periods] == ["week:2026-03-02", "week:2026-03-09", "week:2026-03-16"]
    assert periods[-1].date_to == date(2026, 3, 17)


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(0, 500), st.integers(1, 40))
def test_chunks_cover_each_day_once(start: date, length: int, size: int) -> None:
    window = Window(start, start + timedelta(days=length))
    assert [day for chunk in window.chunks(size) for day in chunk.days()] == window.days()


@given(st.sampled_from(GRAINS), st.dates(date(2020, 1, 1), date(2030, 1, 1)))
def test_periods_follow_each_other_without_gap(grain: Grain, day: date) -> None:
    assert period_start(grain, day) <= day <= period_end(grain, day)
    assert period_start(grain, period_end(grain, day) + timedelta(days=1)) == period_end(grain, day) + timedelta(days=1)


def test_a_window_turned_round_is_refused() -> None:
    with pytest.raises(ValueError, match="swap --from and --to"):
        Window(date(2026, 1, 2), date(2026, 1, 1))
