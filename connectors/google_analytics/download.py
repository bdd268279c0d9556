"""One load: which days and periods are asked, what is left out, and the rows of the answers."""

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from connectors.common.errors import ThrottledError, UnexpectedAnswerError
from connectors.common.source import LoadRequest
from connectors.common.table import FLAG, TEXT, Table
from connectors.common.window import Grain, Period, Window
from connectors.google_analytics.api import Answer, DataApi
from connectors.google_analytics.columns import has_lost_periods, metric, starts
from connectors.google_analytics.quota import Budget
from connectors.google_analytics.reports import Report
from connectors.google_analytics.tables import ALL, PEOPLE, REPORTS

LOG = logging.getLogger("nyckeltal.google_analytics")

# A quarter of a large property has some 1.5 million rows of sessions: 15 pages, 400 MB while they are put together.
DAYS_AT_ONCE = 92


@dataclass
class Outcome:
    """What became of a report in this load."""

    rows: int = 0
    is_left_out: bool = False
    has_other_row: bool = False
    is_thresholded: bool = False
    is_sampled: bool = False


class Download:
    """Asks the reports of each table in turn and keeps account of what was answered."""

    def __init__(
        self, api: DataApi, property_id: str, request: LoadRequest, events: Mapping[str, str], budget: Budget
    ) -> None:
        self._api = api
        self._property_id = property_id
        self._request = request
        self._events = events
        self._budget = budget
        self._time_zone = "UTC"
        self._answered: dict[str, list[tuple[str, Any]]] = {}
        self._outcomes: dict[str, Outcome] = {}

    def batches(self, reports: list[Report]) -> Iterator[pa.Table]:
        """Rows of the reports that the quota allows."""
        for report in reports:
            outcome = self._outcomes.setdefault(report.name, Outcome())
            try:
                if not self._budget.allows(report):
                    raise ThrottledError(f"{self._budget.tokens} tokens are left")
                yield from self._people(report) if report.table is PEOPLE else self._days(report)
            except ThrottledError as error:
                if not report.least_tokens:
                    raise
                if not outcome.is_left_out:
                    LOG.warning("%s is left out, what was loaded of it stays: %s", report.name, error)
                outcome.is_left_out = True
        counts = [self._outcomes[name].rows for name in {report.name for report in reports}]
        LOG.info("%s: %d rows", reports[0].table.name, sum(counts))

    def replaced(self, table: Table) -> Iterator[Any]:
        """The days and periods that were answered, with the key action or report they are of; read after the rows."""
        for scope, value in self._answered.get(table.name, []):
            yield (scope, value) if table.window_scope else value

    def outcome_batch(self) -> pa.Table:
        rows: list[dict[str, object]] = [
            {
                "report": name,
                "is_left_out": outcome.is_left_out,
                "has_other_row": outcome.has_other_row,
                "is_thresholded": outcome.is_thresholded,
                "is_sampled": outcome.is_sampled,
            }
            for name, outcome in self._outcomes.items()
        ]
        return REPORTS.rows(rows)

    def _days(self, report: Report) -> Iterator[pa.Table]:
        for days in self._request.window.chunks(DAYS_AT_ONCE):
            yield from self._day_batches(report, days)
            self._note_answered(report, report.key_action, days.days())

    def _day_batches(self, report: Report, days: Window) -> Iterator[pa.Table]:
        answer = self._ask(report, days)
        if has_lost_periods(answer.columns, report) and days.date_from < days.date_to:
            # Rows without their day: of one day alone the vendor cannot lose it.
            for day in days.days():
                yield from self._day_batches(report, Window(day, day))
            return
        yield self._batch(report, answer, {"date": starts(answer.columns, report, days.date_from, answer.rows)})

    def _people(self, report: Report) -> Iterator[pa.Table]:
        periods = self._periods(report.grain)
        if report.period is None:
            yield from self._people_one_by_one(report, periods)
            return
        answer = self._ask(report, Window(periods[0].date_from, periods[-1].date_to))
        if has_lost_periods(answer.columns, report):
            yield from self._people_one_by_one(replace(report, period=None), periods)
            return
        yield self._people_batch(report, answer, starts(answer.columns, report, date.min, answer.rows))
        self._note_answered(report, report.name, [period.id for period in periods])

    def _people_one_by_one(self, report: Report, periods: list[Period]) -> Iterator[pa.Table]:
        for period in periods:
            answer = self._ask(report, Window(period.date_from, period.date_to))
            yield self._people_batch(report, answer, starts(answer.columns, report, period.date_from, answer.rows))
            self._note_answered(report, report.name, [period.id])

    def _people_batch(self, report: Report, answer: Answer, period_starts: pa.Array) -> pa.Table:
        texts = pa.array([f"{report.grain}:{day}" for day in period_starts.to_pylist()], TEXT)
        own = {"period_id": texts, "period_start": period_starts}
        constant = {"period_grain": report.grain, "report": report.name, "segment_set": report.segment_set}
        everything = {name: ALL for name in ("channel_group", "country", "device") if name not in report.dimensions}
        return self._batch(report, answer, own, {**constant, **everything})

    def _periods(self, grain: Grain) -> list[Period]:
        """Whole periods that the window touches, the open one up to the last complete day.

        The end of a past window must not cut the period that it lies in.
        """
        window = self._request.window
        yesterday = self._request.as_of.astimezone(ZoneInfo(self._time_zone)).date() - timedelta(days=1)
        # A window up to now ends with the company's yesterday, which may be a day off the property's.
        ending = window.date_to if window.date_to >= yesterday - timedelta(days=1) else yesterday
        return window.periods(grain, ending)

    def _ask(self, report: Report, days: Window) -> Answer:
        answer = self._api.ask(report, days, self._events)
        told, outcome = answer.metadata, self._outcomes[report.name]
        self._time_zone = told.time_zone or self._time_zone
        outcome.rows += answer.rows
        outcome.has_other_row |= told.data_loss_from_other_row
        outcome.is_thresholded |= told.subject_to_thresholding
        outcome.is_sampled |= bool(told.sampling_metadatas)
        return answer

    def _note_answered(self, report: Report, scope: str, values: list[Any]) -> None:
        self._answered.setdefault(report.table.name, []).extend((scope, value) for value in values)

    def _batch(
        self, report: Report, answer: Answer, own: Mapping[str, pa.Array], constant: Mapping[str, str] | None = None
    ) -> pa.Table:
        table, told, rows = report.table, answer.metadata, answer.rows
        try:
            figures = {name: metric(answer.columns[name], table.columns[name]) for name in report.metrics}
        except pa.ArrowInvalid:
            raise UnexpectedAnswerError(
                f"google_analytics: a figure of {report.name} is not a number. Nothing was loaded; report it."
            ) from None
        texts: dict[str, str] = {
            "property_id": self._property_id,
            "time_zone": told.time_zone,
            "currency": told.currency_code,
            **({"key_action": report.key_action} if "key_action" in table.columns else {}),
            **(constant or {}),
        }
        flags = {
            "has_other_row": told.data_loss_from_other_row,
            "is_thresholded": told.subject_to_thresholding,
            "is_sampled": bool(told.sampling_metadatas),
        }
        return table.batch(
            {
                **own,
                **{name: answer.columns[name] for name in report.dimensions},
                **figures,
                **{name: pa.repeat(pa.scalar(flag, FLAG), rows) for name, flag in flags.items()},
                **{name: pa.repeat(pa.scalar(text, TEXT), rows) for name, text in texts.items()},
            }
        )
