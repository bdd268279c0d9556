"""The raw limit: the least that Python can do with the same pages.

A loop over one HTTP connection, the connector's typed bodies and columns, Arrow, and per table one delete and one
insert in DuckDB. No retries, no schema, no comparison with the load before, nothing that survives a crash.
"""

import gc
from collections.abc import Callable, Iterable, Iterator
from http.client import HTTPConnection
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

import duckdb
import pyarrow as pa

from benchmarks.landing import raw_google_ads, raw_google_analytics, raw_shopify
from benchmarks.landing.pages import Exchange, Recording
from benchmarks.part import Timed, timed
from connectors.common.table import Table

Batches = Iterator[tuple[Table, pa.Table]]
READERS: dict[str, Callable[[Iterable[tuple[Exchange, bytes]]], Batches]] = {
    "google_analytics": raw_google_analytics.batches,
    "google_ads": raw_google_ads.batches,
    "shopify": raw_shopify.batches,
}


def measure(folder: str, url: str) -> Timed:
    """Lands all pages; rows by table in `counts`, and `rows` of all."""
    recording = Recording(Path(folder))
    read = READERS[recording.about.source]
    gc.disable()  # it would walk a page's million objects again and again
    with TemporaryDirectory() as scratch, timed() as found:
        tables: dict[str, tuple[Table, list[pa.Table]]] = {}
        for table, batch in read(_answers(recording, url)):
            tables.setdefault(table.name, (table, []))[1].append(batch)
        with duckdb.connect(f"{scratch}/raw.duckdb") as connection:
            for table, found_batches in tables.values():
                found.counts[table.name] = _write(connection, table, pa.concat_tables(found_batches))
    found.counts["rows"] = sum(found.counts.values())
    return found


def _answers(recording: Recording, url: str) -> Iterator[tuple[Exchange, bytes]]:
    connection = HTTPConnection(urlsplit(url).netloc)
    for exchange in recording.exchanges:
        connection.request(exchange.method, exchange.target, exchange.body.encode())
        yield exchange, connection.getresponse().read()


def _write(connection: duckdb.DuckDBPyConnection, table: Table, rows: pa.Table) -> int:
    """A window goes by its days, a merge by its key."""
    connection.register("incoming", rows)
    connection.execute("begin")
    connection.execute(f"create table if not exists {table.name} as select * from incoming limit 0")
    keys = ", ".join(table.replaced_by or table.primary_key)
    connection.execute(f"delete from {table.name} where ({keys}) in (select distinct {keys} from incoming)")
    connection.execute(f"insert into {table.name} select * from incoming")
    connection.execute("commit")
    connection.unregister("incoming")
    return rows.num_rows
