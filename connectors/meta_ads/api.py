"""Insights reports: synchronous pages for narrow questions, asynchronous runs for wide ones, halves for too large."""

import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import msgspec

from connectors.common.errors import VendorUnavailableError
from connectors.common.meta_graph import GraphApi, TooMuchDataError
from connectors.meta_ads.wire import Account, Insight, ReportRun, RunStatus

LOG = logging.getLogger("nyckeltal.meta_ads")

PAGE_SIZE = 1000
SYNC_SPANS = 30  # rows per object beyond which a question is asked asynchronously
LONGEST_REPORT = 184  # rows per object and report run: about half a year of days
LONGEST_RUN_SECONDS = 3600.0
SKIPPED_RUNS = 3  # a skipped run was never started: it is asked for anew
# What ended is history, not nothing: without a filter the vendor leaves out what was archived or deleted since.
_STATUSES = ["ACTIVE", "PAUSED", "DELETED", "ARCHIVED", "IN_PROCESS", "WITH_ISSUES"]
_STATUSES_BY_LEVEL = {
    "campaign": _STATUSES,
    "adset": [*_STATUSES, "CAMPAIGN_PAUSED"],
    "ad": [
        *(*_STATUSES, "CAMPAIGN_PAUSED", "ADSET_PAUSED", "PENDING_REVIEW", "DISAPPROVED", "PREAPPROVED"),
        "PENDING_BILLING_INFO",
    ],
}


@dataclass(frozen=True)
class Span:
    """Days that become one row per object, both ends included."""

    date_from: date
    date_to: date


@dataclass(frozen=True)
class Report:
    """What is asked for.

    `increment`: `1`, `7`, `monthly` or `all_days`. `key`: the fields that tell rows of one span apart.
    """

    level: str
    fields: tuple[str, ...]
    key: tuple[str, ...]
    breakdowns: tuple[str, ...] = ()
    increment: str = "1"

    def params(self, spans: list[Span]) -> dict[str, str]:
        statuses = _STATUSES_BY_LEVEL.get(self.level)
        status = {"field": f"{self.level}.effective_status", "operator": "IN", "value": statuses}
        days = {"since": spans[0].date_from.isoformat(), "until": spans[-1].date_to.isoformat()}
        found = {
            "level": self.level,
            "fields": ",".join(self.fields),
            "time_range": _json(days),
            "time_increment": self.increment,
            "breakdowns": ",".join(self.breakdowns),
            "filtering": _json([status]) if statuses else "",
        }
        return {name: value for name, value in found.items() if value}


class InsightsApi:
    """The reports of one token's ad accounts."""

    def __init__(self, graph: GraphApi) -> None:
        self._graph = graph

    def account(self, account_id: str) -> Account:
        fields = "account_id,currency,timezone_name"
        return self._graph.get_as(Account, f"act_{account_id}", {"fields": fields})

    def rows(self, account_id: str, report: Report, spans: list[Span]) -> Iterator[list[Insight]]:
        """Pages of a report over consecutive spans, each row once.

        Rows can come twice: pages overlap when figures move meanwhile, and halves begin anew.
        """
        seen: set[tuple[object, ...]] = set()
        for start in range(0, len(spans), LONGEST_REPORT):
            for page in self._halving(account_id, report, spans[start : start + LONGEST_REPORT]):
                fresh: list[Insight] = []
                for row in page:
                    key = (row.date_start, *[getattr(row, name) for name in report.key])
                    if key not in seen:
                        seen.add(key)
                        fresh.append(row)
                if fresh:
                    yield fresh

    def _halving(self, account_id: str, report: Report, spans: list[Span]) -> Iterator[list[Insight]]:
        is_wide = len(spans) > SYNC_SPANS
        try:
            yield from self._run(account_id, report, spans) if is_wide else self._pages(account_id, report, spans)
        except TooMuchDataError:
            if len(spans) == 1:
                yield from self._run(account_id, report, spans)
                return
            LOG.info("a report over %d spans is too large: asking for halves", len(spans))
            middle = len(spans) // 2
            yield from self._halving(account_id, report, spans[:middle])
            yield from self._halving(account_id, report, spans[middle:])

    def _pages(self, account_id: str, report: Report, spans: list[Span]) -> Iterator[list[Insight]]:
        params = report.params(spans) | {"limit": str(PAGE_SIZE)}
        yield from self._graph.pages(Insight, f"act_{account_id}/insights", params)

    def _run(self, account_id: str, report: Report, spans: list[Span]) -> Iterator[list[Insight]]:
        """Raises TooMuchDataError when the run fails, VendorUnavailableError when it does not end within an hour."""
        for _ in range(SKIPPED_RUNS):
            run = self._graph.post_form_as(ReportRun, f"act_{account_id}/insights", report.params(spans))
            if self._is_completed(run.report_run_id):
                yield from self._graph.pages(Insight, f"{run.report_run_id}/insights", {"limit": str(PAGE_SIZE)})
                return
        raise VendorUnavailableError("meta_ads: the vendor keeps skipping a report. The next run tries again.")

    def _is_completed(self, run_id: str) -> bool:
        """False when the run was skipped."""
        waited, pause = 0.0, 1.0
        while waited < LONGEST_RUN_SECONDS:
            status = self._graph.get_as(RunStatus, run_id)
            if status.async_status == "Job Completed" and status.async_percent_completion == 100:
                return True
            if status.async_status == "Job Skipped":
                return False
            if status.async_status == "Job Failed":
                raise TooMuchDataError(f"meta_ads: a report failed at the vendor: {status.error_message}.")
            time.sleep(pause)
            waited, pause = waited + pause, min(30.0, pause * 2)
        raise VendorUnavailableError("meta_ads: a report was not ready after an hour. The next run tries again.")


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
