"""Google Ads' streams into columns, for the raw limit."""

import json
from collections.abc import Iterable, Iterator
from datetime import date

import msgspec
import pyarrow as pa

from benchmarks.landing.pages import Exchange
from connectors.common.table import Table
from connectors.common.window import Window
from connectors.google_ads.reports import COUNTRIES, REPORTS, Report
from connectors.google_ads.wire import Chunk, Customer, Row

_chunks = msgspec.json.Decoder(list[Chunk])


def batches(answers: Iterable[tuple[Exchange, bytes]]) -> Iterator[tuple[Table, pa.Table]]:
    """Reports by account and month; accounts are known before them, country codes after the first countries."""
    reports = {_select(report): report for report in (*REPORTS, COUNTRIES)}
    accounts: dict[str, Customer] = {}
    countries: list[tuple[Customer, list[Row]]] = []
    codes: dict[str, str] = {}
    for exchange, body in answers:
        if not exchange.target.endswith(":searchStream"):
            continue
        rows = [row for chunk in _chunks.decode(body) for row in chunk.results]
        account_id = exchange.target.split("/")[-2]
        report = reports.get(json.loads(exchange.body)["query"].partition(" WHERE")[0])
        if report is None:
            accounts |= {row.customer.id: row.customer for row in rows if row.customer}
            places = [row.geo_target_constant for row in rows if row.geo_target_constant]
            codes |= {place.id: place.country_code for place in places}
        elif report is COUNTRIES:
            countries.append((accounts[account_id], rows))
        else:
            yield report.table, report.batch(accounts[account_id], rows)
    for account, rows in countries:
        named = [codes.get(row.geographic_view.country_criterion_id) for row in rows if row.geographic_view]
        yield COUNTRIES.table, COUNTRIES.batch(account, rows, {"country": named})


def _select(report: Report) -> str:
    day = date.min
    return report.query(Window(day, day)).partition(" WHERE")[0]
