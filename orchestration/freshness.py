"""When a class of KPIs is late: some hours after its schedule (orchestration/schedules.py)."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import dagster as dg

# Not a public name of dagster: tests/orchestration/test_cadence.py holds it to the pinned version.
from dagster._utils.schedules import reverse_cron_string_iterator

# Class → the moment by which it must have been built, and how long before it that may have been.
DEADLINES: Mapping[str, tuple[str, timedelta]] = {
    "operational": ("0 9 * * *", timedelta(hours=9)),
    "tactical": ("0 12 * * 1", timedelta(hours=12)),
    "strategic": ("0 12 2 * *", timedelta(hours=36)),
}


def policy(name: str, time_zone: str) -> dg.FreshnessPolicy:
    """What Dagster's UI shows of a class."""
    cron, window = DEADLINES[name]
    return dg.FreshnessPolicy.cron(cron, window, time_zone)


def missed(name: str, known: datetime, now: datetime, time_zone: str) -> datetime | None:
    """The same judgement at an instant: the last deadline, if values of the instant `known` are too old for it."""
    cron, window = DEADLINES[name]
    due = next(reverse_cron_string_iterator(now.timestamp(), cron, time_zone))
    return due if known < due - window else None


def is_late(name: str, known: datetime | None, as_of: datetime, time_zone: str) -> bool:
    """Whether values of the instant `known` (None: there are none) are older than the class allows."""
    return known is None or missed(name, known, as_of, time_zone) is not None
