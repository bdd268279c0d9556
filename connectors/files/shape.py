"""From input tables to canonical entities, in a DuckDB that can reach nothing but the rows that it was given."""

import fnmatch
import re
from collections.abc import Mapping as Dict
from dataclasses import dataclass, field

import duckdb
import pyarrow as pa

from connectors.common.errors import SourceError
from connectors.common.privacy import Hasher, is_role_address
from connectors.common.table import Table
from connectors.files.mapping import Mapping, Target
from connectors.files.parse import Cell, lost, named, parsed, quoted, sql_type, words_of
from connectors.files.read import FILE, LINE, BadRow, Rows
from connectors.files.rules import rules
from connectors.files.tables import LANDED

PLACE = f"{FILE}, {LINE}"


@dataclass
class Shaped:
    """Entities by name; the rows that did not fit; how many rows each file gave, the bad ones too."""

    tables: dict[str, list[pa.Table]] = field(default_factory=dict)
    bad: list[BadRow] = field(default_factory=list)
    row_counts: dict[str, int] = field(default_factory=dict)


def closed_connection(inputs: Dict[str, pa.Table]) -> duckdb.DuckDBPyConnection:
    """A connection with the inputs as tables and the doors shut: no file, no network, no extension, no setting."""
    connection = duckdb.connect(":memory:")
    connection.execute("set timezone = 'UTC'")
    for name, table in inputs.items():
        connection.register("arriving", table)
        connection.execute(f"create table {named(name)} as select * from arriving")
        connection.unregister("arriving")
    # Or `select` could read this process's own variables as tables.
    connection.execute("set python_enable_replacements = false")
    connection.execute("set enable_external_access = false")
    connection.execute("set lock_configuration = true")
    return connection


def shape(name: str, mapping: Mapping, inputs: Dict[str, Rows], hasher: Hasher) -> Shaped:
    """All entities of a mapping; `name` for errors. SourceError says which column or clause is wrong."""
    shaped = Shaped(bad=[row for rows in inputs.values() for row in rows.bad])
    with closed_connection({key: rows.table for key, rows in inputs.items()}) as connection:
        try:
            _prepare(connection, mapping, " + ".join(inputs))
            shaped.row_counts = dict(
                connection.execute(f"select {FILE}, count(*) from prepared group by {FILE}").fetchall()
            )
            for row in shaped.bad:
                shaped.row_counts[row.file] = shaped.row_counts.get(row.file, 0) + 1
            for target in mapping.entities:
                landed = _entity(connection, mapping, target, shaped.bad, hasher)
                shaped.tables.setdefault(target.entity, []).append(landed)
        except (duckdb.Error, _WrongMappingError) as error:
            words = _safe_words(error) if isinstance(error, duckdb.Error) else str(error)
            raise SourceError(f"files: mapping {name}: {words}.") from None
    return shaped


_NO_COLUMN = re.compile(r'Referenced column "([^"]+)" not found')


class _WrongMappingError(Exception):
    """What only the data shows to be wrong in a mapping."""


def _safe_words(error: duckdb.Error) -> str:
    """DuckDB's words where they speak of the mapping; where they would quote a cell, which may be personal, our own."""
    if gone := _NO_COLUMN.search(str(error)):
        return f"its input has no column `{gone[1]}`: it is gone, or has another name now"
    if isinstance(error, (duckdb.BinderException, duckdb.CatalogException, duckdb.ParserException)):
        return str(error).splitlines()[0][:300].rstrip(".")
    return (
        f"its SQL fails on some row ({type(error).__name__}): write try_cast for cast, "
        "and note that it can read nothing but its inputs"
    )


def _prepare(connection: duckdb.DuckDBPyConnection, mapping: Mapping, origin: str) -> None:
    """`prepared`: the rows after `select`, `unpivot` and `pivot`, each with its place."""
    source = "input"
    if mapping.select:
        connection.execute(f"create table selected as {_one_select(connection, mapping.select)}")
        source = "selected"
    if mapping.unpivot:
        said = mapping.unpivot
        columns = ", ".join(map(named, _matching(connection, source, said.columns)))
        connection.execute(
            f"create table long as select * from {source} unpivot include nulls "
            f"({named(said.value)} for {named(said.name)} in ({columns}))"
        )
        source = "long"
    known = _columns(connection, source)
    # Rows of a `select` that does not hand on `_file` and `_line`, or not for each row, are counted as they come.
    file = f"coalesce({FILE}, {quoted(origin)})" if FILE in known else quoted(origin)
    line = f"coalesce({LINE}, row_number() over ())" if LINE in known else "row_number() over ()"
    others = ", ".join(named(column) for column in known if column not in (FILE, LINE))
    connection.execute(f"create table placed as select {others}, {file} as {FILE}, {line} as {LINE} from {source}")
    if not mapping.pivot:
        connection.execute("create view prepared as select * from placed")
        return
    wide = mapping.pivot
    picked = ", ".join(
        f"first({named(wide.value)} order by {PLACE}) filter ({named(wide.on)} = {quoted(value)}) as {named(column)}"
        for value, column in wide.into.items()
    )
    by = ", ".join(named(column) for column in wide.by)
    connection.execute(
        f"create table prepared as select {by}, {picked}, min({FILE}) as {FILE}, min({LINE}) as {LINE} "
        f"from placed group by {by}"
    )


def _one_select(connection: duckdb.DuckDBPyConnection, sql: str) -> str:
    statements = connection.extract_statements(sql)
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        raise _WrongMappingError("`select` must be one SELECT statement")
    return statements[0].query.strip().rstrip(";")


def _columns(connection: duckdb.DuckDBPyConnection, relation: str) -> dict[str, str]:
    """Column → type."""
    return {row[0]: row[1] for row in connection.execute(f"describe {relation}").fetchall()}


def _matching(connection: duckdb.DuckDBPyConnection, relation: str, patterns: tuple[str, ...]) -> list[str]:
    known = _columns(connection, relation)
    found = [column for column in known if any(fnmatch.fnmatchcase(column, pattern) for pattern in patterns)]
    if lacking := [pattern for pattern in patterns if not fnmatch.filter(known, pattern)]:
        raise _WrongMappingError(f"`unpivot` names {lacking[0]!r}, which no column fits")
    return found


def _entity(
    connection: duckdb.DuckDBPyConnection, mapping: Mapping, target: Target, bad: list[BadRow], hasher: Hasher
) -> pa.Table:
    table = LANDED[target.entity]
    cells = _raw_cells(connection, target, table)
    values, reasons = [], []
    for name, kind in table.columns.items():
        said = target.column(name)
        values.append(f"{parsed(cells[name], said, mapping, kind)} as {named(name)}")
        reasons.append((name, lost(cells[name], said, f"typed.{named(name)}"), words_of(kind)))
        if not table.schema.field(name).nullable:
            reasons.append((name, f"typed.{named(name)} is null", "is empty"))
    reasons += [
        (rule.column, f"not ({rule.holds})", rule.words) for rule in rules(target.entity, frozenset(table.columns))
    ]
    ordered = f"{named(target.order)}, {PLACE}" if target.order else PLACE
    repeats = "false"
    if target.keep == "only":
        keys = ", ".join(f"typed.{named(key)}" for key in table.primary_key)
        repeats = f"row_number() over (partition by {keys} order by {PLACE}) > 1"
        reasons.append((table.primary_key[0], "is_repeated", f"repeats the key ({', '.join(table.primary_key)})"))
    arms = " ".join(f"when {when} then {number}" for number, (_, when, _) in enumerate(reasons))
    # Cells and values stand side by side, so that a rule's plain column name means the value.
    connection.execute(f"create or replace temp table typed as select *, {', '.join(values)} from raw")
    # Before keys are compared: two spellings of one address are one key.
    _hash(connection, target, table, hasher)
    connection.execute(
        f"create or replace temp table judged as select *, case {arms} end as wrong from "
        f"(select *, {repeats} as is_repeated from typed) as typed"
    )
    _quarantine(connection, reasons, bad)
    landed: pa.Table = connection.sql(_kept(target, table, ordered)).to_arrow_table()
    # DuckDB's answer makes no promise of not-null columns: checked by the cast to the declared schema.
    loose = pa.schema([pa.field(name, kind) for name, kind in table.columns.items()])
    return landed.cast(loose).cast(table.schema)


def _raw_cells(connection: duckdb.DuckDBPyConnection, target: Target, table: Table) -> dict[str, Cell]:
    """The cell from which each column is read; `raw`: those of the input, as `raw_<column>`, where `where` fits."""
    said = {name: target.column(name) for name in table.columns}
    picked = [
        f"{named(column.column) if column.column else f'({column.sql})'} as {named('raw_' + name)}, "
        for name, column in said.items()
        if column.constant is None
    ]
    where = f"where ({target.where})" if target.where else ""
    connection.execute(f"create or replace temp table raw as select {''.join(picked)}{PLACE} from prepared {where}")
    kinds = _columns(connection, "raw")
    return {
        name: Cell(named("raw_" + name), kinds["raw_" + name])
        if column.constant is None
        else Cell(quoted(column.constant), "VARCHAR")
        for name, column in said.items()
    }


def _quarantine(connection: duckdb.DuckDBPyConnection, reasons: list[tuple[str, str, str]], bad: list[BadRow]) -> None:
    for file, line, wrong in connection.execute(
        f"select {PLACE}, wrong from judged where wrong is not null order by {PLACE}"
    ).fetchall():
        column, _, words = reasons[wrong]
        bad.append(BadRow(file, line, column, words))


def _kept(target: Target, table: Table, ordered: str) -> str:
    """One row per key, as `keep` says; `sum` adds numbers up and keeps the first of the rest.

    Always in the same order, so that a load of the same files is seen to change nothing.
    """
    names, keys = ", ".join(map(named, table.columns)), ", ".join(map(named, table.primary_key))
    if target.keep == "only":
        return f"select {names} from judged where wrong is null order by {PLACE}, {keys}"
    if target.keep == "sum":
        added = {name for name, kind in table.columns.items() if words_of(kind).endswith("number")}
        picked = ", ".join(
            named(name)
            if name in table.primary_key
            else f"cast(sum({named(name)}) as {sql_type(kind)}) as {named(name)}"
            if name in added
            else f"first({named(name)} order by {PLACE}) as {named(name)}"
            for name, kind in table.columns.items()
        )
        return f"select {picked} from judged where wrong is null group by {keys} order by {keys}"
    direction = "desc" if target.keep == "last" else "asc"
    order = ", ".join(f"{column} {direction} nulls last" for column in ordered.split(", "))
    return (
        f"select {names} from (select *, row_number() over (partition by {keys} order by {order}) as rank "
        f"from judged where wrong is null) where rank = 1 order by {PLACE}, {keys}"
    )


def _hash(connection: duckdb.DuckDBPyConnection, target: Target, table: Table, hasher: Hasher) -> None:
    """Replaces personal values by keyed hashes, each distinct value once; tells shared mailboxes apart."""
    for name in table.columns:
        kind = target.column(name).hash
        if kind is None:
            continue
        column = named(name)
        distinct = connection.execute(f"select distinct {column} from typed where {column} is not null").fetchall()
        values = [row[0] for row in distinct]
        make = {"email": hasher.email, "phone": hasher.phone, "text": hasher.text}[kind]
        known = pa.table(
            {
                "clear": pa.array(values, pa.string()),
                "hash": pa.array([make(value) for value in values], pa.string()),
                "is_role": pa.array([is_role_address(value) for value in values], pa.bool_()),
            }
        )
        connection.register("known", known)
        role = ""
        if kind == "email" and "is_role_address" in table.columns:
            role = ", is_role_address = coalesce(is_role_address, known.is_role)"
        connection.execute(f"update typed set {column} = known.hash{role} from known where {column} = known.clear")
        connection.unregister("known")
