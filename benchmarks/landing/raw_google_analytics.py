"""GA4's report pages into columns, for the raw limit."""

import json
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

import msgspec
import pyarrow as pa

from benchmarks.landing.pages import Exchange
from connectors.common.table import FLAG, TEXT, Table
from connectors.common.window import Window
from connectors.google_analytics.columns import metric, page_columns, starts
from connectors.google_analytics.reports import Report, day_reports, parse_key_events, people_reports
from connectors.google_analytics.source import KEY_EVENTS
from connectors.google_analytics.wire import Page

_page = msgspec.json.Decoder(Page)


def batches(answers: Iterable[tuple[Exchange, bytes]]) -> Iterator[tuple[Table, pa.Table]]:
    """Every page by itself; which report it is of is seen from the request."""
    actions = parse_key_events(KEY_EVENTS)
    a_day = Window(date.min, date.min)
    reports = {
        _question(report.body(a_day, actions, 0)): report
        for report in (*day_reports(actions), *people_reports(actions))
    }
    for exchange, body in answers:
        if exchange.target.endswith(":runReport"):
            asked = json.loads(exchange.body)
            report = reports[_question(asked)]
            first_day = date.fromisoformat(asked["dateRanges"][0]["startDate"])
            yield report.table, _batch(report, _page.decode(body), first_day)


def _question(body: dict[str, Any]) -> str:
    return json.dumps([body[name] for name in ("dimensions", "metrics")] + [body.get("dimensionFilter")])


def _batch(report: Report, page: Page, first_day: date) -> pa.Table:
    table, told, rows = report.table, page.metadata, len(page.rows)
    columns = page_columns(page, report)
    days = starts(columns, report, first_day, rows)
    if "date" in table.columns:
        own = {"date": days}
    else:
        ids = pa.array([f"{report.grain}:{day}" for day in days.to_pylist()], TEXT)
        own = {"period_id": ids, "period_start": days}
    constants = {
        "property_id": "sandbox",
        "time_zone": told.time_zone,
        "currency": told.currency_code,
        "key_action": report.key_action,
        "period_grain": report.grain,
        "report": report.name,
        "segment_set": report.segment_set,
        **{name: "(all)" for name in ("channel_group", "country", "device") if name not in report.dimensions},
    }
    flags = {
        "has_other_row": told.data_loss_from_other_row,
        "is_thresholded": told.subject_to_thresholding,
        "is_sampled": bool(told.sampling_metadatas),
    }
    return table.batch(
        {
            **own,
            **{name: columns[name] for name in report.dimensions},
            **{name: metric(columns[name], table.columns[name]) for name in report.metrics},
            **{name: pa.repeat(pa.scalar(flag, FLAG), rows) for name, flag in flags.items()},
            **{
                name: pa.repeat(pa.scalar(text, TEXT), rows)
                for name, text in constants.items()
                if name in table.columns
            },
        }
    )
