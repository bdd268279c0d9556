"""The schema in PostgreSQL: its tables, what is noted of them, their comments and grants."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, LiteralString, cast

import psycopg
from psycopg import sql

from orchestration.copies.marts import Table

KINDS = {
    "DATE": "date",
    "TIMESTAMP": "timestamp without time zone",
    "VARCHAR": "text",
    "BIGINT": "bigint",
    "INTEGER": "integer",
    "DOUBLE": "double precision",
    "BOOLEAN": "boolean",
}
LOADED = "loaded"
Part = str | tuple[str, ...] | sql.Composable


@dataclass
class Found:
    """A live table as the database knows it: `columns` holds (type, comment) by name."""

    comment: str
    columns: dict[str, tuple[str, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Place:
    """The live schema, and the one beside it that notes what was published. Reads; what is to be written it only says.

    Statements are for the one transaction that takes over, which is another connection's.
    """

    connection: psycopg.Connection[Any]
    live: str

    @property
    def state(self) -> str:
        return f"{self.live}_state"

    def make(self) -> None:
        """Schemas and note, where they are missing."""
        there = {row[0] for row in self._rows("select nspname from pg_namespace")}
        for name in (self.live, self.state):
            if name not in there:
                self._do("create schema {}", name)
        self._do(
            "create table if not exists {} (table_name text primary key, fingerprint text, row_count bigint)",
            (self.state, LOADED),
        )

    def loaded(self) -> dict[str, str]:
        """Fingerprint of each table that was published."""
        statement = sql.SQL("select table_name, fingerprint from {}").format(_name((self.state, LOADED)))
        return dict(self.connection.execute(statement).fetchall())

    def tables(self) -> dict[str, Found]:
        """Live tables by name."""
        found: dict[str, Found] = {}
        for name, comment, column, kind, told in self._rows(
            "select relname, obj_description(pg_class.oid, 'pg_class'), attname, "
            "format_type(atttypid, atttypmod), col_description(pg_class.oid, attnum) "
            "from pg_class join pg_namespace on pg_namespace.oid = relnamespace "
            "join pg_attribute on attrelid = pg_class.oid and attnum > 0 and not attisdropped "
            "where nspname = %s and relkind = 'r' order by relname, attnum",
            self.live,
        ):
            found.setdefault(name, Found(comment or "")).columns[column] = (kind, told or "")
        return found

    def count(self, table: str) -> int:
        statement = sql.SQL("select count(*) from {}").format(_name((self.live, table)))
        return int(self.connection.execute(statement).fetchall()[0][0])

    def reshapes(self, table: Table, found: Found | None) -> bool:
        """Whether the live table is there with other columns."""
        return found is not None and {name: kind for name, (kind, _) in found.columns.items()} != _kinds(table)

    def shape(self, table: Table, found: Found | None) -> Iterator[str]:
        """Gives the live table its columns: views and grants stay, unless a view uses a column that goes."""
        place = (self.live, table.name)
        if found is None:
            columns = [
                sql.SQL("{} {}").format(sql.Identifier(name), _type(kind)) for name, kind in _kinds(table).items()
            ]
            yield self._text("create table {} ({})", place, sql.SQL(", ").join(columns))
            return
        wanted = _kinds(table)
        for name, (kind, _) in found.columns.items():
            if wanted.get(name) != kind:
                yield self._text("alter table {} drop column {}", place, name)
        for name, kind in wanted.items():
            if name not in found.columns or found.columns[name][0] != kind:
                yield self._text("alter table {} add column {} {}", place, name, _type(kind))

    def clear(self, table: str) -> str:
        """Not truncated: that would lock the table, and empty it for whoever began to read before."""
        return self._text("delete from {}", (self.live, table))

    def note(self, table: str, fingerprint: str, rows: int) -> str:
        return self._text(
            "insert into {} values ({}, {}, {}) on conflict (table_name) "
            "do update set fingerprint = excluded.fingerprint, row_count = excluded.row_count",
            (self.state, LOADED),
            sql.Literal(table),
            sql.Literal(fingerprint),
            sql.Literal(rows),
        )

    def drop(self, table: str) -> Iterator[str]:
        """A table that is published no more."""
        yield self._text("drop table if exists {}", (self.live, table))
        yield self._text("delete from {} where table_name = {}", (self.state, LOADED), sql.Literal(table))

    def describe(self, table: Table, found: Found | None) -> Iterator[str]:
        """Comments on a table and its columns, where they are others than they were."""
        known = found or Found("")
        if known.comment != table.description:
            yield self._text("comment on table {} is {}", (self.live, table.name), sql.Literal(table.description))
        for column in table.columns:
            if known.columns.get(column.name) != (_kind(column.kind), column.description):
                place = (self.live, table.name, column.name)
                yield self._text("comment on column {} is {}", place, sql.Literal(column.description))

    def grant(self, role: str, is_anything_new: bool) -> Iterator[str]:
        """Lets a role read everything in the schema, now and later; the role is made if it is missing."""
        if self._rows("select 1 from pg_roles where rolname = %s", role):
            may_use = self._rows("select has_schema_privilege(%s, %s, 'usage')", role, self.live)[0][0]
            unread = self._rows(
                "select relname from pg_class join pg_namespace on pg_namespace.oid = relnamespace "
                "where nspname = %s and relkind = 'r' and not has_table_privilege(%s, pg_class.oid, 'select')",
                self.live,
                role,
            )
            if may_use and not unread and not is_anything_new:
                return
        else:
            yield self._text("create role {} nologin", role)
        yield self._text("grant usage on schema {} to {}", self.live, role)
        yield self._text("grant select on all tables in schema {} to {}", self.live, role)
        yield self._text("alter default privileges in schema {} grant select on tables to {}", self.live, role)

    def tidy(self, tables: Iterable[str]) -> None:
        """After the transaction: the space of deleted rows becomes free for the next ones."""
        for table in tables:
            # Cutting the file's end would ask for a lock that readers notice.
            self._do("vacuum (analyze, truncate false) {}", (self.live, table))

    def _rows(self, statement: LiteralString, *values: object) -> list[tuple[Any, ...]]:
        return self.connection.execute(statement, values).fetchall()

    def _do(self, statement: LiteralString, *parts: Part) -> None:
        self.connection.execute(_composed(statement, *parts))

    def _text(self, statement: LiteralString, *parts: Part) -> str:
        return _composed(statement, *parts).as_string(self.connection)


def _composed(statement: LiteralString, *parts: Part) -> sql.Composed:
    return sql.SQL(statement).format(*(part if isinstance(part, sql.Composable) else _name(part) for part in parts))


def _name(parts: str | tuple[str, ...]) -> sql.Identifier:
    return sql.Identifier(parts) if isinstance(parts, str) else sql.Identifier(*parts)


def _kinds(table: Table) -> dict[str, str]:
    """PostgreSQL's type of each column, as it tells it itself."""
    return {column.name: _kind(column.kind) for column in table.columns}


def _kind(kind: str) -> str:
    return KINDS.get(kind) or kind.replace("DECIMAL", "numeric").replace(" ", "")


def _type(kind: str) -> sql.SQL:
    return sql.SQL(cast(LiteralString, kind))  # one of KINDS or a numeric, never a text from outside
