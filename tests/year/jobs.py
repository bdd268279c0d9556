"""The same company through the real job: the command line over HTTP, on a morning of every fortnight and month."""

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise

import duckdb

from connectors.common.sql import quoted
from tests.everything.company import Company
from tests.year.simulate import Day

FORTNIGHT = 14


def spread(days: Sequence[Day]) -> list[Day]:
    """The first morning of every fortnight and of every month, and the last of all."""
    first = days[0].as_of

    def stretch(as_of: datetime) -> tuple[int, int]:
        return (as_of - first).days // FORTNIGHT, as_of.month

    begun = [day for before, day in pairwise(days) if stretch(before.as_of) != stretch(day.as_of)]
    return [days[0], *(day for day in begun if day is not days[-1]), days[-1]]


def refresh(shop: Company, day: Day, is_last: bool) -> None:
    """One morning's scheduled refresh; sources that are down make it red, and nothing else does."""
    for source in day.down:
        shop.server.faults.add(source, "down", times=1000)
    try:
        cadence = "full" if is_last else "monthly" if day.as_of.day == 1 else "weekly" if day.is_wide else "daily"
        ran = shop.refresh(day.as_of, cadence)
    finally:
        shop.server.faults.clear()
    print(f"{day.as_of:%Y-%m-%d} {cadence}, down: {', '.join(sorted(day.down)) or 'none'}: {ran.seconds:.0f} s")
    assert ran.code == (1 if day.down else 0), ran.err


def warehouse(shop: Company) -> duckdb.DuckDBPyConnection:
    """What the last job built, to be read as the runner's models are; the caller closes it."""
    connection = duckdb.connect(":memory:")
    connection.execute("set timezone = 'UTC'")
    connection.execute(f"attach '{quoted(shop.home / 'warehouse.duckdb')}' as warehouse (read_only)")
    for file in (shop.home / "landing").glob("*.duckdb"):
        connection.execute(f"attach '{quoted(file)}' as {file.stem}_landing (read_only)")
    connection.execute("use warehouse")
    return connection
