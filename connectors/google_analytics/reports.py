"""What is asked: reports as data. Columns of a table, and the vendor's dimensions and metrics that fill them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from connectors.common.errors import SourceError
from connectors.common.table import Table
from connectors.common.window import GRAINS, Grain, Window
from connectors.google_analytics.tables import (
    ALL,
    ANY,
    KEY_ACTIONS_DAILY,
    LANDING_PAGES_DAILY,
    PEOPLE,
    SESSIONS_DAILY,
)

PAGE_ROWS = 100_000  # the vendor gives up to 250,000; this many are decoded in 0.4 s and 150 MB
_CHANNEL, _COUNTRY, _DEVICE = "sessionDefaultChannelGroup", "country", "deviceCategory"
_TRAFFIC = {
    "channel_group": _CHANNEL,
    "source": "sessionSource",
    "medium": "sessionMedium",
    "campaign": "sessionCampaignName",
    "country": _COUNTRY,
    "device": _DEVICE,
}
SEGMENT_SETS: Mapping[str, Mapping[str, str]] = {
    "total": {},
    "channel": {"channel_group": _CHANNEL},
    "country": {"country": _COUNTRY},
    "device": {"device": _DEVICE},
}
# People of whole weeks and months come by dimension, in one question for all of them: 20 questions instead of 2,600 on
# a first load of two years. The vendor has no dimension for quarters: each is a question with its own range.
PERIOD_DIMENSIONS: Mapping[Grain, str | None] = {
    "day": "date",
    "week": "isoYearIsoWeek",
    "month": "yearMonth",
    "quarter": None,
}


@dataclass(frozen=True)
class Report:
    """One report. `dimensions`, `metrics`: column → the vendor's name. `period`: the dimension of time, if any.

    `least_tokens`: asked only while the property has more quota than that left (`quota.py`).
    """

    table: Table
    name: str
    period: str | None
    dimensions: Mapping[str, str]
    metrics: Mapping[str, str]
    key_action: str = ALL
    segment_set: str = ""
    grain: Grain = "day"
    least_tokens: int = 0

    @property
    def asked_dimensions(self) -> list[str]:
        return [*([self.period] if self.period else []), *self.dimensions.values()]

    def body(self, days: Window, events: Mapping[str, str], offset: int) -> dict[str, Any]:
        """The request. Rows are in a total order: without it pages would overlap."""
        names = self.asked_dimensions
        return {
            "dimensions": [{"name": name} for name in names],
            "metrics": [{"name": name} for name in self.metrics.values()],
            "dateRanges": [{"startDate": days.date_from.isoformat(), "endDate": days.date_to.isoformat()}],
            **({"dimensionFilter": self._filter(events)} if self.key_action != ALL else {}),
            "orderBys": [{"dimension": {"dimensionName": name}} for name in names],
            "limit": str(PAGE_ROWS),
            "offset": str(offset),
            "returnPropertyQuota": True,
        }

    def _filter(self, events: Mapping[str, str]) -> dict[str, Any]:
        values = list(events.values())
        test = (
            {"inListFilter": {"values": values, "caseSensitive": True}}
            if self.key_action == ANY
            else {"stringFilter": {"matchType": "EXACT", "value": events[self.key_action], "caseSensitive": True}}
        )
        return {"filter": {"fieldName": "eventName", **test}}


# Tokens that must be left: the larger the number, the earlier a report is left out (`quota.py`).
KEEP, LATE, EARLY, FIRST = 0, 1_000, 2_000, 4_000


def day_reports(actions: Mapping[str, str]) -> list[Report]:
    """Reports by day: sessions, then key actions, then landing pages."""
    traffic = {
        "sessions": "sessions",
        "engaged_sessions": "engagedSessions",
        "page_views": "screenPageViews",
        "engagement_seconds": "userEngagementDuration",
        "new_users": "newUsers",
        "transactions": "transactions",
        "revenue_amount": "purchaseRevenue",
    }
    sessions = {"sessions": "sessions"}
    pages = {"channel_group": _CHANNEL, "landing_page": "landingPage"}
    found = [Report(SESSIONS_DAILY, "sessions", "date", _TRAFFIC, traffic)]
    for action in (ANY, *actions):
        least = KEEP if action == ANY else LATE
        found.append(
            Report(KEY_ACTIONS_DAILY, f"key_actions/{action}", "date", _TRAFFIC, sessions, action, least_tokens=least)
        )
    for action in (ALL, ANY, *actions):
        least = LATE if action in (ALL, ANY) else FIRST
        metrics = {**sessions, "engaged_sessions": "engagedSessions"} if action == ALL else sessions
        found.append(
            Report(LANDING_PAGES_DAILY, f"landing_pages/{action}", "date", pages, metrics, action, least_tokens=least)
        )
    return found


def people_reports(actions: Mapping[str, str]) -> list[Report]:
    """People at every grain, in all and per channel, country and device; with any and with each key action."""
    everybody = {"total_users": "totalUsers", "active_users": "activeUsers", "new_users": "newUsers"}
    found = []
    for action in (ALL, ANY, *actions):
        for name, dimensions in SEGMENT_SETS.items():
            if action not in (ALL, ANY):
                least = FIRST
            elif name == "total":
                least = KEEP
            else:
                least = LATE if action == ALL else EARLY
            metrics = everybody if action == ALL else {"total_users": "totalUsers"}
            found += [
                Report(
                    PEOPLE,
                    f"{name}/{action}",
                    PERIOD_DIMENSIONS[grain],
                    dimensions,
                    metrics,
                    action,
                    name,
                    grain,
                    least,
                )
                for grain in GRAINS
            ]
    return found


def parse_key_events(text: str) -> dict[str, str]:
    """`purchase=purchase,form=generate_lead` as key action → event name; SourceError says what is wrong with it."""
    found: dict[str, str] = {}
    for part in text.split(","):
        action, sign, event = (piece.strip() for piece in part.partition("="))
        if not sign or not action or not event or action in (ALL, ANY) or action in found:
            raise SourceError(
                f"google_analytics: `key_events` is {text!r}, but must be pairs of key action and event name as in "
                "`purchase=purchase,form=generate_lead`."
            )
        found[action] = event
    return found


def period_of(dimension: str, value: str) -> date | None:
    """First day of the period that a value of the time dimension names; None for `(other)`."""
    if not value.isdigit():
        return None
    year = int(value[:4])
    if dimension == "isoYearIsoWeek":
        return date.fromisocalendar(year, int(value[4:]), 1)
    return date(year, int(value[4:6]), int(value[6:]) if len(value) == 8 else 1)
