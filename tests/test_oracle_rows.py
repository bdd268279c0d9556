"""Which rows the oracle publishes: dense series, comparisons, ages, open periods, organic and landing pages."""

import math

import pandas as pd
import pytest

from tests.planted import Losses, Published, planted

WEEK = "2026-03-02"  # a Monday


def _sessions(*days: str, **columns: object) -> list[dict[str, object]]:
    return [{"date": day} | columns for day in days]


def test_total_and_channel_are_dense_from_the_first_period_of_their_series() -> None:
    early, late = _sessions("2026-03-10"), _sessions("2026-03-13", channel="direct", country="NO")
    answer = Published(planted(sessions=early + late))
    days = [f"2026-03-{day}" for day in range(10, 18)]
    assert [answer.value("web_sessions", "day", day) for day in days] == [1, 0, 0, 1, 0, 0, 0, 0]
    assert [len(answer.find("web_sessions", "day", day, "channel", channel="direct")) for day in days] == [0] * 3 + [
        1
    ] * 5
    assert [len(answer.find("web_sessions", "day", day, "country", country="NO")) for day in days] == [0] * 3 + [1] + [
        0
    ] * 4
    assert len(answer.find("web_sessions", "day", "2026-03-18")) == 0


def test_shares_have_all_channels_below_and_zero_is_a_share() -> None:
    answer = Published(planted(sessions=[*_sessions(WEEK, "2026-03-09"), *_sessions(WEEK, channel="direct")]))
    assert answer.value("channel_share", "week", WEEK, "channel", channel="direct") == 0.5
    assert answer.value("channel_share", "week", "2026-03-09", "channel", channel="direct") == 0
    assert math.isnan(answer.value("channel_share", "week", "2026-03-16", "channel", channel="direct"))


def test_comparisons_are_made_for_complete_periods_only() -> None:
    counts = {"2025-03-03": 3, "2025-03-17": 4, "2026-03-01": 5, "2026-03-02": 7, "2026-03-16": 11}
    sessions = [row for day, count in counts.items() for row in _sessions(day) * count]
    answer = Published(planted(sessions=sessions))
    day = answer.row("web_sessions", "day", WEEK)
    assert (day["previous_value"], day["previous_year_value"]) == (5, 3)  # 364 days before 2 March 2026
    week = answer.row("web_sessions", "week", WEEK)
    assert (week["previous_value"], week["previous_year_value"]) == (5, 3)
    is_open = answer.row("web_sessions", "week", "2026-03-16")
    assert bool(is_open["is_open_period"])
    assert math.isnan(is_open["previous_value"])
    assert math.isnan(is_open["previous_year_value"])
    assert not bool(week["is_open_period"])
    assert math.isnan(answer.row("web_sessions", "day", "2025-03-03")["previous_value"])


def test_week_53_has_no_week_in_the_year_before() -> None:
    # ISO year 2020 has a week 53 (from 2020-12-28), 2019 and 2021 have none.
    sessions = _sessions("2019-12-23", "2019-12-30", "2020-12-21", "2020-12-28", "2021-01-04")
    answer = Published(planted(sessions=sessions))
    compared = {
        week: answer.row("web_sessions", "week", week)["previous_year_value"] for week in ("2020-12-21", "2020-12-28")
    }
    assert compared["2020-12-21"] == 1
    assert math.isnan(compared["2020-12-28"])
    assert answer.row("web_sessions", "week", "2021-01-04")["previous_year_value"] == 1


def test_old_days_of_single_sets_are_cut_and_pairs_begin_at_the_week() -> None:
    until = pd.Timestamp("2026-03-17")
    sessions = [row for age in (119, 120, 399, 400) for row in _sessions(str((until - pd.Timedelta(days=age)).date()))]
    rows = Published(planted(sessions=[row | {"campaign": "brand"} for row in sessions])).rows("web_sessions")
    daily = rows[rows["period_grain"] == "day"]
    ages = {name: sorted((until - part["period_start"]).dt.days) for name, part in daily.groupby("segment_set")}
    assert ages["campaign"] == [119]
    assert ages["country"] == [119, 120, 399]
    assert max(ages["total"]) == 400
    assert "channel_x_device" not in ages
    pairs = rows[rows["segment_set"] == "channel_x_device"]
    assert set(pairs["period_grain"]) == {"week", "month", "quarter"}


def test_followers_are_a_stock_and_gains_are_differences() -> None:
    days = [{"date": f"2026-03-{day}", "followers_end": 100 + day} for day in (10, 11, 13)]
    answer = Published(planted(social_days=days))
    assert answer.value("followers_gained", "day", "2026-03-11") == 1
    assert answer.value("followers_gained", "day", "2026-03-13") == 0  # no stock on the 12th
    assert answer.find("followers", "week", "2026-03-09").empty  # none on its last day


def test_one_load_knows_one_day_of_instagrams_followers() -> None:
    page = [{"date": "2026-03-17", "followers_end": 10}]
    instagram = [{"platform": "instagram", "date": f"2026-03-{day}", "followers_end": 50} for day in (15, 16, 17)]
    answer = Published(planted(social_days=page + instagram))
    assert answer.value("followers", "month", "2026-03-01") == 60
    assert answer.find("followers", "week", "2026-03-09", "platform", platform="instagram").empty
    assert answer.find("followers_gained", "month", "2026-03-01", "platform", platform="instagram").empty


def test_posts_show_what_their_counters_had_reached_and_deleted_ones_are_gone() -> None:
    half = {"published_at": "2026-03-11T05:30", "likes": 10, "comments": 3, "views": 101}  # 168 of 336 hours
    gone = {"post_id": "s2", "deleted_at": "2026-03-17T10:00", "likes": 1000}
    answer = Published(planted(social_posts=[half, gone]))
    assert answer.value("social_engagements", "day", "2026-03-11") == 6
    assert answer.value("social_engagement_rate", "month", "2026-03-01") == pytest.approx(6 / 50)


def test_landing_pages_beyond_the_fifty_largest_of_a_quarter_are_other() -> None:
    pages = [row for page in range(52) for row in _sessions(WEEK, landing_page=f"/{page:02}") * (60 - page)]
    answer = Published(planted(sessions=pages))
    other = answer.row("cvr_landing", "week", WEEK, "landing_page", landing_page="(other)")
    assert other["denominator"] == (60 - 50) + (60 - 51)
    assert answer.find("cvr_landing", "week", WEEK, "landing_page", landing_page="/50").empty


def test_what_the_web_vendor_withholds_is_withheld_here() -> None:
    pages = [
        row for page, count in (("/a", 3), ("/b", 2), ("/c", 2)) for row in _sessions(WEEK, landing_page=page) * count
    ]
    answer = Published(planted(sessions=pages, losses=Losses(landing_pages_kept=2)))
    assert answer.row("cvr_landing", "week", WEEK, "landing_page", landing_page="(other)")["denominator"] == 2
    assert answer.row("cvr_landing", "week", WEEK, "landing_page", landing_page="/b")["denominator"] == 2
    people = _sessions(WEEK, person_id="a") + _sessions(WEEK, person_id="b") + _sessions(WEEK, country="NO")
    answer = Published(planted(sessions=people, losses=Losses(user_threshold=2)))
    assert answer.value("web_users", "day", WEEK) == 3
    assert answer.value("web_users", "day", WEEK, "country", country="SE") == 2
    assert answer.find("web_users", "day", WEEK, "country", country="NO").empty
