"""What a value is compared with: changes, periods to date, moving holidays, on planted rows."""

import math
from datetime import UTC, datetime

import pytest

from tests.planted import Published, planted


def _sessions(counts: dict[str, int]) -> list[dict[str, object]]:
    return [{"date": day, "processed_at": f"{day}T12:00"} for day, count in counts.items() for _ in range(count)]


def _as_of(day: str) -> datetime:
    """The morning after a day."""
    return datetime.fromisoformat(f"{day}T23:30").replace(tzinfo=UTC)


def test_changes_growth_and_acceleration() -> None:
    weeks = {"2026-02-16": 40, "2026-02-23": 50, "2026-03-02": 65, "2025-03-03": 13}
    row = Published(planted(sessions=_sessions(weeks))).row("web_sessions", "week", "2026-03-02")
    assert (row["change"], row["change_ratio"], row["acceleration"]) == (15, 0.3, 5)
    assert (row["year_change"], row["is_year_comparable"]) == (52, True)
    assert math.isnan(row["year_change_ratio"])  # 13 sessions are too few for a percentage


def test_rates_move_in_points_and_few_cases_make_nothing_comparable() -> None:
    deliveries = [
        {"date": day, "impressions": shown, "clicks": clicked}
        for day, shown, clicked in (("2026-03-01", 1000, 20), ("2026-03-02", 1000, 30), ("2026-03-03", 20, 1))
    ]
    answer = Published(planted(ad_delivery=deliveries, campaigns=[{}]))
    second, third = (answer.row("ctr", "day", day) for day in ("2026-03-02", "2026-03-03"))
    assert second["change"] == pytest.approx(0.01)
    assert (math.isnan(second["change_ratio"]), second["is_comparable"]) == (True, True)
    assert (third["is_unreliable"], third["is_comparable"]) == (True, False)


def test_a_period_to_date_is_compared_with_as_many_first_days() -> None:
    # Wednesday 18 March 2026 is the third day of its week, the 18th of its month, the 77th of its quarter.
    counts = {"2026-03-16": 1, "2026-03-18": 2, "2026-03-11": 4, "2026-03-12": 8, "2025-03-19": 16, "2025-03-20": 32}
    counts |= {"2026-02-18": 64, "2026-02-19": 128, "2025-03-18": 256, "2025-12-16": 512, "2025-12-17": 1024}
    answer = Published(planted(sessions=_sessions(counts)), _as_of("2026-03-18"))
    week = answer.row("web_sessions", "week_to_date", "2026-03-16")
    assert (week["value"], week["previous_value"], week["previous_year_value"]) == (3, 4, 272)
    month = answer.row("web_sessions", "month_to_date", "2026-03-01")
    assert (month["value"], month["previous_value"], month["previous_year_value"]) == (15, 64, 256)
    quarter = answer.row("web_sessions", "quarter_to_date", "2026-01-01")
    assert (quarter["value"], quarter["previous_value"]) == (15 + 64 + 128, 512)
    assert not bool(month["is_open_period"])
    published = answer.rows("web_sessions")
    assert set(published[published["period_grain"] == "month_to_date"]["period_start"].dt.strftime("%F")) == {
        "2026-03-01"
    }


def test_the_31st_is_compared_with_all_of_a_month_of_thirty_days() -> None:
    counts = {"2025-05-31": 1, "2025-05-01": 2, "2025-04-30": 4, "2024-05-31": 8, "2025-04-01": 16}
    row = Published(planted(sessions=_sessions(counts)), _as_of("2025-05-31")).row(
        "web_sessions", "month_to_date", "2025-05-01"
    )
    assert (row["value"], row["previous_value"], row["previous_year_value"]) == (3, 20, 8)
    assert (row["is_comparable"], row["is_year_comparable"]) == (False, True)


def test_what_platforms_count_per_period_has_no_period_to_date_but_buyers_have() -> None:
    order = {"order_id": "o1", "created_at": "2026-03-16T10:00", "paid_at": "2026-03-16T10:01"}
    world = planted(sessions=_sessions({"2026-03-16": 1}), customers=[{}], orders=[order], order_lines=[{}])
    answer = Published(world)
    assert set(answer.rows("web_users")["period_grain"]) == {"day", "week", "month", "quarter"}
    assert answer.row("arppu", "month_to_date", "2026-03-01")["denominator"] == 1


def test_easter_is_compared_with_easter_and_the_weeks_change_places() -> None:
    # Easter Day: 20 April 2025 (week 16), 5 April 2026 (week 14).
    counts = {"2025-04-14": 1, "2025-03-31": 2, "2025-04-07": 4, "2025-04-20": 8, "2025-04-06": 16, "2025-04-13": 32}
    counts |= dict.fromkeys(("2026-04-05", "2026-04-19", "2026-04-12", "2026-04-26"), 1)
    answer = Published(planted(sessions=_sessions(counts)), _as_of("2026-05-31"))
    year_ago = {
        start: answer.row("web_sessions", grain, start)["previous_year_value"]
        for grain, start in (
            *(("week", day) for day in ("2026-03-30", "2026-04-13")),
            *(("day", day) for day in ("2026-04-05", "2026-04-19", "2026-04-12")),
        )
    }
    assert year_ago == {
        "2026-03-30": 9,  # Easter's week, 14 to 20 April 2025
        "2026-04-13": 18,  # the week that Easter left: 31 March to 6 April 2025
        "2026-04-05": 8,
        "2026-04-19": 16,
        "2026-04-12": 32,
    }
    assert answer.row("web_sessions", "month", "2026-04-01")["previous_year_value"] == 1 + 4 + 8 + 16 + 32


def test_neighbouring_weeks_of_easter_days_push_the_ordinary_one_on() -> None:
    # Easter Day and Monday fell into weeks 15 and 16 of 2020, into weeks 13 and 14 of 2021.
    counts = {"2020-03-23": 1, "2020-03-30": 2, "2020-04-06": 4, "2020-04-13": 8, "2021-03-29": 1}
    answer = Published(planted(sessions=_sessions(counts)), _as_of("2021-05-31"))
    weeks = ("2021-03-29", "2021-04-05", "2021-04-12", "2021-04-19")
    year_ago = [answer.row("web_sessions", "week", week)["previous_year_value"] for week in weeks]
    assert year_ago == [4, 8, 1, 2]
