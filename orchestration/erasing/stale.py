"""People whom nobody has seen for long: neither a purchase, a mail, an answer nor a change of their record."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa

from connectors.common.erasure import Erased, kind_of
from connectors.common.source import Source
from connectors.common.table import Table
from orchestration.erasing.names import LEADING, Name
from orchestration.erasing.places import files_of, guard, personal_columns, reading
from orchestration.home import Home


def stale_names(home: Home, sources: Mapping[str, Source], before: date) -> set[Name]:
    """All names of the people who were last seen before a day, in any source, but of those who are erased already."""
    known = set(Erased.read(home.erasures).substitutes.values())
    rows = [row for source in sources.values() for file in files_of(home, source) for row in _seen(file, source)]
    person = _people(names for names, _ in rows)
    last: dict[Name, date] = {}
    belongs: dict[Name, set[Name]] = defaultdict(set)
    for names, day in rows:
        for name in names:
            who = person(name)
            belongs[who].add(name)
            if day is not None:
                last[who] = max(day, last.get(who, day))
    stale = {who for who, day in last.items() if day < before}
    return {name for who in stale for name in belongs[who] if name[1] not in known}


def _seen(file: Path, source: Source) -> Iterator[tuple[list[Name], date | None]]:
    """The names that stand in a row, and the latest day in it."""
    with reading(file) as connection:
        for relation, table, columns in list(personal_columns(connection, source)):
            days = _days(connection, relation, table)
            latest = f"max(greatest({', '.join(days)}))" if days else "cast(null as date)"
            rows = connection.execute(
                f"select {', '.join(columns)}, {latest} from file.{relation} where true{guard(table)} group by all"
            ).fetchall()
            kinds = [kind_of(source.name, kind) for kind in columns.values()]
            for *values, day in rows:
                names = [(kind, value) for kind, value in zip(kinds, values, strict=True) if value]
                if names:
                    yield names, day


def _days(connection: duckdb.DuckDBPyConnection, relation: str, table: Table) -> list[str]:
    schema, name = relation.split(".")
    there = connection.execute(
        "select column_name from duckdb_columns() where database_name = 'file' and schema_name = ? and table_name = ?",
        [schema, name],
    ).fetchall()
    found = {row[0] for row in there}
    return [
        f"cast({column} as date)"
        for column, kind in table.columns.items()
        if column in found and (pa.types.is_date(kind) or pa.types.is_timestamp(kind))
    ]


class _people:  # noqa: N801  called like the function that it stands for
    """Name → one name of the same person: names that share a row are one's, but for a phone number."""

    def __init__(self, rows: Iterator[list[Name]]) -> None:
        self._above: dict[Name, Name] = {}
        for names in rows:
            leading = [name for name in names if name[0].split()[-1] in _LAST_WORDS]
            for name in leading[1:]:
                self._above[self(name)] = self(leading[0])

    def __call__(self, name: Name) -> Name:
        while (above := self._above.get(name, name)) != name:
            name = above
        return name


_LAST_WORDS = {kind.split()[-1] for kind in LEADING}
