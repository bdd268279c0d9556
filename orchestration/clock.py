"""One instant per run: what the clock says, and which day is the last complete one in the company's zone."""

import os
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo


def parse_as_of(text: str) -> datetime:
    """An ISO instant as UTC; without a zone it is UTC. ValueError says what was expected."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is no instant: write it like 2026-03-18T05:30:00+00:00") from None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def clock(given: str | None = None) -> datetime:
    """`given`, else NYCKELTAL_AS_OF, else now."""
    text = given or os.environ.get("NYCKELTAL_AS_OF")
    return parse_as_of(text) if text else datetime.now(UTC).replace(microsecond=0)


def last_complete_day(as_of: datetime, time_zone: str) -> date:
    """The day before `as_of` in the company's zone."""
    return as_of.astimezone(ZoneInfo(time_zone)).date() - timedelta(days=1)
