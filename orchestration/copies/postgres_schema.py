"""The schema in PostgreSQL: its tables, what is noted of them, their comments and grants."""

from collections.abc import Iterable, Sequence
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


@dataclass
class Found:
    """A live table as the database knows it: `columns` holds (type, comment) by name."""

    comment: str
    columns: dict[str, tuple[str, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Place:
    """The live schema and the one beside it, which holds what is being loaded and the note of what was."""

    connection: psycopg.Connection[Any]
    live: str

    @property
    def loading(self) -> str:
        return f"{self.live}_load"

    def make(self) -> None:
        """Schemas and note, where they are missing."""
        there = {row[0] for row in self._rows("select nspname from pg_namespace")}
        for name in (self.live, self.loading):
            if name not in there:
                self._do("create schema {}", name)
        self._do(
            "create table if not exists {} (table_name text primary key, fingerprint text, row_count bigint)",
            (self.loading, LOADED),
        )

    def loaded(self) -> dict[str, str]:
        """Fingerprint of each table that was published."""
        statement = sql.SQL("select table_name, fingerprint from {}").format(_name((self.loading, LOADED)))
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

    def prepare(self, table: Table) -> None:
        """An empty table to load into; without a log: after a crash it is loaded again."""
        self._do("drop table if exists {}", (self.loading, table.name))
        self._do("create unlogged table {} ({})", (self.loading, table.name), _columns(table))

    def reshapes(self, table: Table, found: Found | None) -> bool:
        """Whether the live table is there with other columns."""
        return found is not None and {name: kind for name, (kind, _) in found.columns.items()} != _kinds(table)

    def shape(self, table: Table, found: Found | None) -> None:
        """Makes the live table have the columns: its views and grants stay, unless a view uses a column that goes."""
        place = (self.live, table.name)
        if found is None:
            self._do("create table {} ({})", place, _columns(table))
            return
        wanted = _kinds(table)
        for name, (kind, _) in found.columns.items():
            if wanted.get(name) != kind:
                self._do("alter table {} drop column {}", place, name)
        for name, kind in wanted.items():
            if name not in found.columns or found.columns[name][0] != kind:
                self._do("alter table {} add column {} {}", place, name, _type(kind))

    def replace_rows(self, table: Table) -> None:
        names = sql.SQL(", ").join(sql.Identifier(column.name) for column in table.columns)
        self._do("delete from {}", (self.live, table.name))
        self._do(
            "insert into {} ({}) select {} from {}",
            (self.live, table.name),
            names,
            names,
            (self.loading, table.name),
        )

    def note(self, table: str, fingerprint: str, rows: int) -> None:
        statement = sql.SQL(
            "insert into {} values (%s, %s, %s) on conflict (table_name) "
            "do update set fingerprint = excluded.fingerprint, row_count = excluded.row_count"
        )
        self.connection.execute(statement.format(_name((self.loading, LOADED))), [table, fingerprint, rows])

    def drop(self, table: str) -> None:
        """A table that is published no more."""
        self._do("drop table if exists {}", (self.live, table))
        statement = sql.SQL("delete from {} where table_name = %s").format(_name((self.loading, LOADED)))
        self.connection.execute(statement, [table])

    def describe(self, tables: Iterable[Table]) -> None:
        """Comments on tables and columns, where they are others."""
        found = self.tables()
        for table in tables:
            place, known = (self.live, table.name), found[table.name]
            if known.comment != table.description:
                self._do("comment on table {} is {}", place, sql.Literal(table.description))
            for column in table.columns:
                if known.columns[column.name][1] != column.description:
                    self._do("comment on column {} is {}", (*place, column.name), sql.Literal(column.description))

    def grant(self, role: str) -> None:
        """Lets a role read everything in the schema, now and later; the role is made if it is missing."""
        if not self._rows("select 1 from pg_roles where rolname = %s", role):
            self._do("create role {} nologin", role)
        may_use = self._rows("select has_schema_privilege(%s, %s, 'usage')", role, self.live)[0][0]
        unread = self._rows(
            "select relname from pg_class join pg_namespace on pg_namespace.oid = relnamespace "
            "where nspname = %s and relkind = 'r' and not has_table_privilege(%s, pg_class.oid, 'select')",
            self.live,
            role,
        )
        if may_use and not unread:
            return
        self._do("grant usage on schema {} to {}", self.live, role)
        self._do("grant select on all tables in schema {} to {}", self.live, role)
        self._do("alter default privileges in schema {} grant select on tables to {}", self.live, role)

    def tidy(self, tables: Sequence[str]) -> None:
        """After the transaction: what was loaded goes, and the space of deleted rows becomes free for the next ones."""
        for table in tables:
            self._do("drop table {}", (self.loading, table))
            # Cutting the file's end would ask for a lock that readers notice.
            self._do("vacuum (analyze, truncate false) {}", (self.live, table))

    def _rows(self, statement: LiteralString, *values: object) -> list[tuple[Any, ...]]:
        return self.connection.execute(statement, values).fetchall()

    def _do(self, statement: LiteralString, *parts: str | tuple[str, ...] | sql.Composable) -> None:
        names = [part if isinstance(part, sql.Composable) else _name(part) for part in parts]
        self.connection.execute(sql.SQL(statement).format(*names))


def _name(parts: str | tuple[str, ...]) -> sql.Identifier:
    return sql.Identifier(parts) if isinstance(parts, str) else sql.Identifier(*parts)


def _kinds(table: Table) -> dict[str, str]:
    """PostgreSQL's type of each column, as it tells it itself."""
    return {column.name: _kind(column.kind) for column in table.columns}


def _kind(kind: str) -> str:
    return KINDS.get(kind) or kind.replace("DECIMAL", "numeric").replace(" ", "")


def _columns(table: Table) -> sql.Composable:
    return sql.SQL(", ").join(
        sql.SQL("{} {}").format(sql.Identifier(name), _type(kind)) for name, kind in _kinds(table).items()
    )


def _type(kind: str) -> sql.SQL:
    return sql.SQL(cast(LiteralString, kind))  # one of KINDS or a numeric, never a text from outside
