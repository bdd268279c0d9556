"""When classes are refreshed and when they are late, in the company's zone and fiscal year."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import dagster as dg
import pytest
from dagster._utils.schedules import schedule_execution_time_iterator

from orchestration.building.manifest import CLASSES
from orchestration.freshness import DEADLINES, is_late, policy
from orchestration.init import initialise
from orchestration.ops import write_ops
from orchestration.records import LoadRecord, Records, published_as_of
from orchestration.run import Run, RunSettings
from orchestration.schedules import CADENCES, schedules, settings_of
from tests.orchestration.conftest import AS_OF, Toy, query
from tests.orchestration.toy import SOURCES

STOCKHOLM = "Europe/Stockholm"


def schedule(name: str, first_month: int = 1) -> dg.ScheduleDefinition:
    return next(item for item in schedules(STOCKHOLM, first_month) if item.name == name)


def ticks(found: dg.ScheduleDefinition, since: datetime, count: int) -> list[str]:
    """The next ticks as UTC, as Dagster's daemon reckons them."""
    moments = schedule_execution_time_iterator(since.timestamp(), found.cron_schedule, found.execution_timezone)
    return [f"{next(moments).astimezone(UTC):%Y-%m-%d %H:%M}" for _ in range(count)]


def test_the_morning_stays_the_companys_when_the_clocks_change() -> None:
    assert ticks(schedule("daily"), datetime(2026, 3, 27, 12, tzinfo=UTC), 3) == [
        "2026-03-28 04:30",
        "2026-03-29 03:30",
        "2026-03-30 03:30",
    ]
    assert ticks(schedule("daily"), datetime(2026, 10, 24, 12, tzinfo=UTC), 2) == [
        "2026-10-25 04:30",
        "2026-10-26 04:30",
    ]


def test_weeks_close_on_mondays_also_around_week_53() -> None:
    assert ticks(schedule("weekly"), datetime(2020, 12, 27, tzinfo=UTC), 2) == ["2020-12-28 06:00", "2021-01-04 06:00"]


@pytest.mark.parametrize(
    ("first_month", "months"), [(1, [1, 4, 7, 10]), (5, [2, 5, 8, 11]), (9, [3, 6, 9, 12]), (12, [3, 6, 9, 12])]
)
def test_quarters_close_where_the_fiscal_year_has_them(first_month: int, months: list[int]) -> None:
    found = ticks(schedule("quarterly", first_month), datetime(2026, 1, 1, tzinfo=UTC), 4)
    assert [int(tick[5:7]) for tick in found] == months


def test_who_closes_a_period_loads_in_a_wider_pass_first() -> None:
    assert {name: settings_of(name)["is_wide"] for name in CADENCES} == {
        "daily": False,
        "weekly": True,
        "monthly": True,
        "quarterly": True,
        "full": True,
    }


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+00:00")


@pytest.mark.parametrize(
    ("name", "built_at", "as_of", "is_expected"),
    [
        # Built on the morning of the day, and looked at before and after nine o'clock of Stockholm.
        ("operational", "2026-03-17T04:30", "2026-03-18T07:59", False),
        ("operational", "2026-03-17T04:30", "2026-03-18T08:01", True),
        ("operational", "2026-03-18T04:30", "2026-03-18T08:01", False),
        # Summer time: nine o'clock is an hour earlier in UTC.
        ("operational", "2026-03-28T04:30", "2026-03-29T07:01", True),
        ("tactical", "2026-03-09T06:00", "2026-03-16T10:59", False),
        ("tactical", "2026-03-09T06:00", "2026-03-16T11:01", True),
        ("strategic", "2026-03-01T07:00", "2026-03-31T12:00", False),
        ("strategic", "2026-03-01T07:00", "2026-04-02T10:01", True),
        ("strategic", None, "2026-03-18T00:00", True),
    ],
)
def test_a_class_is_late_from_its_deadline_on(name: str, built_at: str | None, as_of: str, is_expected: bool) -> None:
    assert is_late(name, at(built_at) if built_at else None, at(as_of), STOCKHOLM) is is_expected


def test_dagster_judges_by_the_same_deadlines() -> None:
    assert set(DEADLINES) == set(CLASSES)
    for name in CLASSES:
        found = policy(name, STOCKHOLM)
        assert isinstance(found, dg.FreshnessPolicy)
        assert (getattr(found, "deadline_cron", None), getattr(found, "timezone", None)) == (
            DEADLINES[name][0],
            STOCKHOLM,
        )


def ops_of(toy: Toy, as_of: str, **settings: Any) -> Callable[[str], list[tuple[object, ...]]]:
    """What the orchestration tells of the sources at an instant."""
    initialise(toy.home, SOURCES)
    write_ops(Run.of(uuid4().hex, RunSettings(as_of=as_of, **settings)), SOURCES)
    return lambda sql: query(toy.home.landing("ops"), sql)


def test_source_status_says_which_classes_are_late(toy: Toy) -> None:
    late = "select class from raw_ops.class_status where is_late order by class"
    assert ops_of(toy, AS_OF, classes=["operational"])(late) == [("strategic",), ("tactical",)]
    # The weekly run was two days ago: on time for last Monday.
    two_days_ago = (datetime.fromisoformat(AS_OF) - timedelta(days=2)).isoformat()
    Run.of(uuid4().hex, RunSettings(as_of=two_days_ago)).records.write_published(["tactical"])
    assert published_as_of(toy.home.runs, "tactical") == datetime.fromisoformat(AS_OF) - timedelta(days=2)
    assert ops_of(toy, AS_OF, classes=["operational"])(late) == [("strategic",)]


def test_a_source_is_late_once_its_lag_has_passed(toy: Toy) -> None:
    late = "select is_late from raw_ops.source_status where source = 'shop'"
    assert ops_of(toy, AS_OF)(late) == [(True,)]
    Records(toy.home.runs, "a run").write_load(LoadRecord("shop", "unchanged", AS_OF))
    assert ops_of(toy, "2026-03-19T11:29:00+00:00")(late) == [(False,)]
    assert ops_of(toy, "2026-03-19T11:31:00+00:00")(late) == [(True,)]
