"""Reads the published marts: all of one answer in one connection, so that it comes from one run."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb

from connectors.common.sql import quoted

DIMENSIONS = (
    *("platform", "channel", "source_medium", "campaign", "country", "device", "landing_page", "customer_type"),
)
# Condition on rows of kpi_values: of each KPI the newest version.
NEWEST = "(kpi_id, kpi_version) in (select (kpi_id, max(kpi_version)) from kpi_values group by kpi_id)"
Row = dict[str, Any]


class NothingPublishedError(Exception):
    """There are no marts to read; the text says how to get them."""


@dataclass(frozen=True)
class Marts:
    """An open, read-only view of marts.duckdb as one publish left it."""

    connection: duckdb.DuckDBPyConnection

    def rows(self, sql: str, parameters: Sequence[object] | Mapping[str, object] = ()) -> list[Row]:
        try:
            given = dict(parameters) if isinstance(parameters, Mapping) else list(parameters)
            cursor = self.connection.execute(sql, given)
        except (duckdb.CatalogException, duckdb.BinderException) as error:
            raise NothingPublishedError(
                f"the published marts are of another version ({str(error).splitlines()[0]}): "
                "run `nyckeltal refresh --cadence full`"
            ) from None
        names = [column[0] for column in cursor.description or []]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def info(self) -> Row:
        return self.rows("select * from publish_info")[0]

    def sources(self) -> list[Row]:
        return self.rows("select * from source_status order by is_configured desc, source")

    def catalog(self) -> dict[str, Row]:
        """The newest version of each KPI."""
        rows = self.rows(
            "select * from kpi_catalog order by kpi_version"  # later versions overwrite earlier ones
        )
        return {row["kpi_id"]: row for row in rows}

    def last_complete(self, grain: str) -> date | None:
        """First day of the last period that has ended."""
        rows = self.rows(
            "select max(period_start) as found from kpi_values where period_grain = ? and not is_open_period", [grain]
        )
        found: date | None = rows[0]["found"]
        return found


@contextmanager
def open_marts(file: Path) -> Iterator[Marts]:
    """Raises NothingPublishedError if there is no file yet."""
    if not file.exists():
        raise NothingPublishedError(f"nothing is published in {file} yet: run `nyckeltal refresh` first")
    # Attached, not connected to: a second connection to one path would keep serving a replaced file.
    with duckdb.connect(":memory:") as connection:
        try:
            connection.execute(f"attach '{quoted(file)}' as m (read_only)")
        except duckdb.Error:
            raise NothingPublishedError(f"{file} cannot be read: run `nyckeltal refresh` to publish it anew") from None
        connection.execute("use m")
        yield Marts(connection)


def as_text(value: date | datetime | None) -> str:
    """ISO text for JSON."""
    return "" if value is None else value.isoformat()
