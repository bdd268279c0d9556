"""What a script with stock dlt does: `json.loads`, dictionaries, a plain `dlt.resource` with merge.

Nothing is held against it: files go to DuckDB as Parquet (dlt's own choice, SQL inserts, takes DuckDB 2.0 five times as
long), rows of the flat vendors are flattened by a line of Python instead of by dlt's slower nesting, no type is
declared, nothing retried. Only Shopify's nested orders go to dlt as they come.
"""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import dlt
import requests

from benchmarks.landing.pages import Exchange, Recording
from benchmarks.part import Timed, timed

Row = dict[str, Any]


@dataclass(frozen=True)
class Reading:
    """How such a script reads one vendor. `table` of a request, None where its answer has no rows to land."""

    table: Callable[[str], str | None]
    rows: Callable[[Any], Iterator[Row]]
    merge_key: str = ""
    primary_key: str = ""


def measure(folder: str, url: str, every: int) -> Timed:
    """Lands every n-th page of each table; rows by table in `counts`, and `rows` of all."""
    recording = Recording(Path(folder))
    reading = READINGS[recording.about.source]
    pages: dict[str, list[Exchange]] = {}
    for exchange in recording.exchanges:
        if table := reading.table(exchange.body):
            pages.setdefault(table, []).append(exchange)
    counts = dict.fromkeys(pages, 0)

    def rows(table: str) -> Iterator[list[Row]]:
        with requests.Session() as session:
            for exchange in pages[table][::every]:
                answer = session.request(exchange.method, url + exchange.target, data=exchange.body.encode())
                page = list(reading.rows(json.loads(answer.content)))
                counts[table] += len(page)
                yield page

    with TemporaryDirectory() as scratch, timed() as found:
        pipeline = dlt.pipeline(
            "stock",
            destination=dlt.destinations.duckdb(f"{scratch}/stock.duckdb"),
            dataset_name="raw",
            pipelines_dir=f"{scratch}/pipelines",
        )
        pipeline.run(
            [
                dlt.resource(
                    rows(table),
                    name=table,
                    write_disposition="merge",
                    merge_key=reading.merge_key,
                    primary_key=reading.primary_key,
                    file_format="parquet",
                )
                for table in pages
            ]
        )
    found.counts = {"rows": sum(counts.values()), **counts}
    return found


def _web_table(body: str) -> str | None:
    """Reports by day; those of other periods are a few rows."""
    names = re.findall(r'"name":"(\w+)"', body.partition('"metrics"')[0])
    return "_".join(names) if names[:1] == ["date"] else None


def _web_rows(answer: Any) -> Iterator[Row]:
    headers = [header["name"] for kind in ("dimensionHeaders", "metricHeaders") for header in answer[kind]]
    for row in answer.get("rows", ()):
        values = (*row["dimensionValues"], *row["metricValues"])
        yield dict(zip(headers, (value["value"] for value in values), strict=True))


def _ads_table(body: str) -> str | None:
    found = re.search(r"SELECT segments\.date,.* FROM (\w+)", body)
    return found and found.group(1)


def _ads_rows(answer: Any) -> Iterator[Row]:
    for chunk in answer:
        for row in chunk.get("results", ()):
            yield _flat(row)


def _flat(row: Row, prefix: str = "") -> Row:
    """`{"campaign": {"id": 7}}` → `{"campaign_id": 7}`."""
    found: Row = {}
    for name, value in row.items():
        if isinstance(value, dict):
            found |= _flat(value, f"{prefix}{name}_")
        else:
            found[prefix + name] = value
    return found


def _shop_table(body: str) -> str | None:
    found = re.search(r"\b(orders|customers|nodes)\((?:first|ids): \$", body)
    return found and found.group(1)


def _shop_rows(answer: Any) -> Iterator[Row]:
    for listed in answer["data"].values():
        if isinstance(listed, list):  # orders with refunds, asked for by id
            yield from listed
        else:
            yield from (edge["node"] for edge in listed["edges"])


READINGS = {
    "google_analytics": Reading(_web_table, _web_rows, merge_key="date"),
    "google_ads": Reading(_ads_table, _ads_rows, merge_key="segments_date"),
    "shopify": Reading(_shop_table, _shop_rows, primary_key="id"),
}
