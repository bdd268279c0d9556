"""Errors known from other systems, on landed rows: a wrong way of counting gives another number in each of these."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.planted_landing import AS_OF, DAY, Marts, planted_landing
from tests.planted_loads import PlantedSource

MARCH, NEXT_DAY, WEEK = "2026-03-01", "2026-03-03", DAY
EARLIER = datetime(2026, 3, 5, 5, 30, tzinfo=UTC)


def test_bounce_rate_is_of_sessions_not_clicks_over_impressions() -> None:
    marts = Marts.of(
        {
            "google_analytics.sessions_daily": [{"sessions": 40, "engaged_sessions": 30}],
            "google_ads.campaigns_daily": [{"impressions": 1000, "clicks": 20}],
        }
    )
    row = marts.row("bounce_rate", "week", WEEK)
    assert (row["numerator"], row["denominator"], row["value"]) == (10, 40, 0.25)
    assert marts.value("ctr", "week", WEEK) == 0.02


def _people(users: int, channel: str = "(all)", **more: Any) -> dict[str, Any]:
    row = {"period_grain": "week", "period_start": WEEK, "period_id": f"week:{WEEK}", "total_users": users}
    if channel != "(all)":
        row |= {"report": "channel", "segment_set": "channel", "channel_group": channel}
    return row | more


def test_users_are_not_added_up_over_channels_or_days() -> None:
    """Seven people in all; two of them came by both channels, and all on more than one day."""
    days = [_people(5, period_grain="day", period_start=day, period_id=f"day:{day}") for day in (DAY, NEXT_DAY)]
    by_channel = [_people(6, "Email"), _people(3, "Direct")]
    marts = Marts.of({"google_analytics.people": [*days, *by_channel, _people(7)]})
    assert marts.value("web_users", "week", WEEK) == 7
    assert marts.value("web_users", "week", WEEK, "channel", channel="email") == 6
    # Nobody counted the month: it has no number, rather than a sum.
    assert marts.find("web_users", "month", MARCH)["value"].dropna().empty
    unknown_total = Marts.of({"google_analytics.people": [*days, *by_channel]})
    assert unknown_total.find("web_users", "week", WEEK)["value"].dropna().empty


def test_people_of_two_properties_are_not_added_up() -> None:
    """Who they have in common nobody knows."""
    marts = Marts.of({"google_analytics.people": [_people(7), _people(4, property_id="2")]})
    assert marts.find("web_users", "week", WEEK)["value"].dropna().empty


def _reach(grain: str, start: str, reach: int, impressions: int) -> dict[str, Any]:
    row = {"period_grain": grain, "period_start": start, "period_id": f"{grain}:{start}", "campaign_id": ""}
    return row | {"level": "account", "reach": reach, "impressions": impressions}


def test_reach_is_not_added_up_over_days_and_frequency_is_not_the_mean_of_days() -> None:
    days = [_reach("day", DAY, 100, 150), _reach("day", NEXT_DAY, 100, 250)]
    marts = Marts.of({"meta_ads.reach": [*days, _reach("week", WEEK, 120, 400)]})
    of_meta = {"platform": "meta_ads"}
    assert marts.value("reach", "week", WEEK, "platform", **of_meta) == 120
    assert marts.value("frequency", "week", WEEK, "platform", **of_meta) == pytest.approx(400 / 120)
    assert Marts.of({"meta_ads.reach": days}).find("reach", "week", WEEK, "platform")["value"].dropna().empty


def test_both_sides_are_converted_and_each_at_its_own_days_rate() -> None:
    """Cost in EUR at 10 and 12, sales in SEK: 100 × 10 + 100 × 12 = 2,200 SEK for 4,400 SEK."""
    marts = Marts.of(
        {
            "google_ads.campaigns_daily": [
                {"currency": "EUR", "cost_amount": 100},
                {"currency": "EUR", "cost_amount": 100, "date": NEXT_DAY},
            ],
            "google_ads.conversion_actions_daily": [{"currency": "EUR", "conversions_value_amount": 1000}],
            "config.fx_rates": [{"rate": "10"}, {"rate": "12", "date": NEXT_DAY}],
            "shopify.orders": [{"total_amount": 5500, "tax_amount": 1100}],
            "shopify.order_lines": [{"unit_price_amount": 5500, "tax_amount": 1100}],
        }
    )
    assert marts.value("spend", "week", WEEK) == pytest.approx(2200)
    assert marts.value("roas_net_media", "week", WEEK) == pytest.approx(4400 / 2200)
    # The claim is of the first day and converted at its rate, as the cost is.
    claim = marts.row("roas_platform", "week", WEEK, "platform", platform="google_ads")
    assert (claim["numerator"], claim["denominator"]) == (pytest.approx(10_000), pytest.approx(2200))


def test_a_restated_day_is_fetched_again_replaced_and_emptied_where_nothing_is_left(tmp_path: Path) -> None:
    """Case 7 of the catalogue, too: a day reloaded with more conversions has the new value once."""
    ads = PlantedSource("google_ads", tmp_path)

    def day(number: int, cost: int) -> dict[str, Any]:
        return {"date": f"2026-03-{number:02}", "cost_amount": cost}

    def claim(value: int, conversions: int) -> dict[str, Any]:
        return {"conversions": conversions, "conversions_value_amount": value}

    ads.load(EARLIER, {"campaigns_daily": [day(2, 10), day(3, 20)], "conversion_actions_daily": [claim(100, 1)]})
    before = Marts({**planted_landing({}), "google_ads": ads.landed()}, EARLIER)
    assert before.value("spend", "day", DAY) == 10
    assert before.value("roas_platform", "day", DAY, "platform", platform="google_ads") == 10

    later = {"campaigns_daily": [day(2, 11), day(9, 5)], "conversion_actions_daily": [claim(165, 2)]}
    ads.load(AS_OF, later)
    landed = ads.landed()
    assert landed["campaigns_daily"]["date"].to_pylist().count(datetime(2026, 3, 2).date()) == 1
    after = Marts({**planted_landing({}), "google_ads": landed})
    assert after.value("spend", "day", DAY) == 11
    assert after.value("spend", "day", NEXT_DAY) == 0
    assert after.value("spend", "month", MARCH) == 16
    assert after.value("roas_platform", "day", DAY, "platform", platform="google_ads") == 15


def test_the_rate_of_posts_is_not_the_mean_of_their_rates() -> None:
    posts = [
        {"post_id": "s1", "likes": 10, "views": 100},
        {"post_id": "s2", "likes": 0, "shares": 1, "views": 1000},
    ]
    row = Marts.of({"meta_organic.posts": posts}).row("social_engagement_rate", "week", WEEK)
    assert (row["numerator"], row["denominator"]) == (11, 1100)
    assert row["value"] == pytest.approx(0.01)
