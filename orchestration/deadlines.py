"""When a class of KPIs is late: Dagster's freshness policies and the alerts go by the same deadlines."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

# Cron text of the deadline, some hours after the class's schedule (orchestration/schedules.py), and how much older
# than the deadline the values may be.
DEADLINES = {
    "operational": ("0 9 * * *", timedelta(hours=9)),
    "tactical": ("0 12 * * 1", timedelta(hours=12)),
    "strategic": ("0 12 2 * *", timedelta(hours=36)),
}


def missed(name: str, known: datetime, now: datetime, time_zone: str) -> datetime | None:
    """The last deadline of a class, if values of the instant `known` are too old for it; else None."""
    cron, age = DEADLINES[name]
    deadline = last_tick(cron, now.astimezone(ZoneInfo(time_zone)))
    return deadline if known < deadline - age else None


def last_tick(cron: str, local: datetime) -> datetime:
    """The last instant at or before `local` that a cron text names: `minute hour day-or-* * weekday-or-*`."""
    minute, hour, day, _, weekday = cron.split()
    found = local.replace(hour=int(hour), minute=int(minute), second=0, microsecond=0)
    while (
        found > local
        or (day != "*" and found.day != int(day))
        or (weekday != "*" and found.isoweekday() % 7 != int(weekday))
    ):
        found -= timedelta(days=1)  # of the clock on the wall: the zone's offset is found anew
    return found
