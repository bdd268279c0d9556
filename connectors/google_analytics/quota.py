"""What the property's quota still allows. Reports of little weight are left out before it runs out.

Left out first, by the tokens that remain of the tightest bucket (an hour's share of one project is 14,000):
1. below 4,000: people and landing pages of single key actions;
2. below 2,000: people of any key action per channel, country and device;
3. below 1,000: people per channel, country and device; key actions by themselves; landing pages.
Sessions, sessions with any key action, and people in all are always asked.
What is left out keeps what was loaded, and `reports` says so.
"""

import logging

from connectors.google_analytics.reports import Report
from connectors.google_analytics.wire import PropertyQuota, Quota

LOG = logging.getLogger("nyckeltal.google_analytics")


class Budget:
    """Tokens left, as the last answer told; None before the first one."""

    def __init__(self) -> None:
        self.tokens: int | None = None

    def note(self, quota: PropertyQuota | None) -> None:
        if quota is None:
            return
        buckets: tuple[Quota, ...] = (
            quota.tokens_per_day,
            quota.tokens_per_hour,
            quota.tokens_per_project_per_hour,
        )
        told = [bucket.remaining for bucket in buckets if bucket.remaining is not None]
        self.tokens = min(told, default=None)

    def allows(self, report: Report) -> bool:
        return self.tokens is None or self.tokens > report.least_tokens or report.least_tokens == 0
