"""From text rows to canonical entities, in a DuckDB that can reach nothing but the rows that it was given."""

from collections.abc import Mapping as Dict
from dataclasses import dataclass, field

import duckdb
import pyarrow as pa

from connectors.common.errors import SourceError
from connectors.common.privacy import Hasher, is_role_address
from connectors.common.table import Table
from connectors.files.entities import ENTITIES
from connectors.files.mapping import UNITS, Column, Mapping, Target
from connectors.files.read import FILE, LINE, BadRow, Rows


@dataclass
class Shaped:
    """Entities by name, the rows that did not fit, and how many rows were looked at."""

    tables: dict[str, pa.Table] = field(default_factory=dict)
    bad: list[BadRow] = field(default_factory=list)
    row_count: int = 0


def closed_connection(inputs: Dict[str, pa.Table]) -> duckdb.DuckDBPyConnection:
    """A connection with the inputs as tables and the doors shut: no file, no network, no extension, no setting."""
    connection = duckdb.connect(":memory:")
    connection.execute("set timezone = 'UTC'")
    for name, table in inputs.items():
        connection.register("arriving", table)
        connection.execute(f"create table {_name(name)} as select * from arriving")
        connection.unregister("arriving")
    connection.execute("set python_enable_replacements = false")
    connection.execute("set enable_external_access = false")
    connection.execute("set lock_configuration = true")
    return connection


def shape(name: str, mapping: Mapping, inputs: Dict[str, Rows], hasher: Hasher) -> Shaped:
    """All entities of a mapping. SourceError says which column or clause is wrong."""
    with closed_connection({key: rows.table for key, rows in inputs.items()}) as connection:
        try:
            _prepare(connection, mapping)
            shaped = Shaped(bad=[row for rows in inputs.values() for row in rows.bad])
            shaped.row_count = _count(connection, "prepared") + len(shaped.bad)
            for target in mapping.entities:
                shaped.tables[target.entity] = _entity(connection, target, shaped.bad, hasher)
        except duckdb.Error as error:
            words = str(error).splitlines()[0][:300]
            raise SourceError(f"files: mapping {name}: {words}") from None
    return shaped


def _prepare(connection: duckdb.DuckDBPyConnection, mapping: Mapping) -> None:
    """`prepared`: the rows after `select`, `unpivot` and `pivot`, each with its place."""
    source = "input"
    if mapping.select:
        connection.execute(f"create table selected as {_one_select(connection, mapping.select)}")
        source = "selected"
    if mapping.unpivot:
        said = mapping.unpivot
        columns = ", ".join(_name(column) for column in said.columns)
        connection.execute(
            f"create table long as unpivot {source} on {columns} into name {_name(said.name)} value {_name(said.value)}"
        )
        source = "long"
    if mapping.pivot:
        wide = mapping.pivot
        picked = ", ".join(
            f"first({_name(wide.value)} order by {LINE}) filter ({_name(wide.on)} = {_text(value)}) as {_name(column)}"
            for value, column in wide.into.items()
        )
        by = ", ".join(_name(column) for column in wide.by)
        connection.execute(
            f"create table wide as select {by}, {picked}, min({FILE}) as {FILE}, min({LINE}) as {LINE} "
            f"from {source} group by {by}"
        )
        source = "wide"
    known = {row[0] for row in connection.execute(f"describe {source}").fetchall()}
    own = f"* exclude ({FILE}, {LINE})" if {FILE, LINE} <= known else "*"
    file = FILE if FILE in known else "''"
    line = LINE if LINE in known else "row_number() over ()"
    connection.execute(f"create table prepared as select {own}, {file} as {FILE}, {line} as {LINE} from {source}")


def _one_select(connection: duckdb.DuckDBPyConnection, sql: str) -> str:
    statements = connection.extract_statements(sql)
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        raise SourceError("files: `select` must be one SELECT statement.")
    return statements[0].query.strip().rstrip(";")


def _entity(connection: duckdb.DuckDBPyConnection, target: Target, bad: list[BadRow], hasher: Hasher) -> pa.Table:
    table = ENTITIES[target.entity]
    parsed, reasons, hashed = [], [], {}
    for name, kind in table.columns.items():
        column = target.column(name)
        if column is None:
            parsed.append(f"cast(null as {_sql_type(kind)}) as {_name(name)}")
            continue
        raw, value = _expressions(column, kind)
        parsed.append(f"{value} as {_name(name)}")
        if column.hash:
            hashed[name] = column.hash
        words = f"`{name}` is not {_kind_words(kind)}"
        reasons.append(f"case when {raw} is not null and {value} is null then {_text(words)} end")
        if name in table.primary_key:
            reasons.append(f"case when {value} is null then {_text(f'`{name}` is empty')} end")
    where = f"where {target.where}" if target.where else ""
    connection.execute(
        f"create or replace temp table typed as select {', '.join(parsed)}, {FILE}, {LINE}, "
        f"concat_ws('; ', {', '.join(reasons)}) as reason from prepared {where}"
    )
    rejected = connection.execute(
        f"select {FILE}, {LINE}, reason from typed where reason <> '' order by {FILE}, {LINE}"
    ).fetchall()
    bad += [BadRow(file, line, reason.split("`")[1], reason) for file, line, reason in rejected]
    if hashed:
        _hash(connection, hashed, hasher, {name for name in table.columns if name == "is_role_address"})
    landed: pa.Table = connection.execute(_kept(target, table)).to_arrow_table()
    return landed.cast(_loose(table)).cast(table.schema)


def _kept(target: Target, table: Table) -> str:
    """One row per key, as `keep` says; `sum` adds numbers up and keeps the first of the rest."""
    names, keys = list(table.columns), ", ".join(_name(key) for key in table.primary_key)
    good = "from typed where reason = ''"
    if target.keep == "all":
        return f"select {', '.join(map(_name, names))} {good} order by {FILE}, {LINE}"
    if target.keep == "sum":
        picked = ", ".join(
            _name(name)
            if name in table.primary_key
            else f"sum({_name(name)}) as {_name(name)}"
            if _is_number(table.columns[name])
            else f"first({_name(name)} order by {FILE}, {LINE}) as {_name(name)}"
            for name in names
        )
        return f"select {picked} {good} group by {keys} order by {keys}"
    order = "desc" if target.keep == "last" else "asc"
    return (
        f"select {', '.join(map(_name, names))} from (select *, row_number() over (partition by {keys} "
        f"order by {FILE} {order}, {LINE} {order}) as place {good}) where place = 1 order by {FILE}, {LINE}"
    )


def _hash(connection: duckdb.DuckDBPyConnection, hashed: dict[str, str], hasher: Hasher, role: set[str]) -> None:
    """Replaces personal values by keyed hashes, distinct values at a time."""
    for name, kind in hashed.items():
        values = [
            row[0]
            for row in connection.execute(
                f"select distinct {_name(name)} from typed where {_name(name)} is not null"
            ).fetchall()
        ]
        known = pa.table(
            {
                "clear": pa.array(values, pa.string()),
                "hash": pa.array([getattr(hasher, kind)(value) for value in values], pa.string()),
                "is_role": pa.array([is_role_address(value) for value in values], pa.bool_()),
            }
        )
        connection.register("known", known)
        also = ", is_role_address = coalesce(typed.is_role_address, known.is_role)" if role and kind == "email" else ""
        connection.execute(
            f"update typed set {_name(name)} = known.hash{also} from known where typed.{_name(name)} = known.clear"
        )
        connection.unregister("known")


def _expressions(column: Column, kind: pa.DataType) -> tuple[str, str]:
    """SQL of the value as it stands in the input (null if there is none), and as the entity's type."""
    if column.constant is not None:
        text = _text(str(column.constant).lower() if isinstance(column.constant, bool) else str(column.constant))
        return text, _parse(text, Column(constant=""), kind)
    raw = f"({column.sql})" if column.sql else _name(column.column or "")
    if column.sql and not (column.map or column.format or column.thousands or column.decimal != "."):
        value = _scaled(f"try_cast({raw} as {_sql_type(kind)})", column, kind)
        return _or_default(raw, value, column, kind)
    text = f"trim(cast({raw} as varchar))"
    if column.map:
        arms = " ".join(f"when {_text(str(old))} then {_text(str(new))}" for old, new in column.map.items())
        fallback = "null" if column.default is not None else text
        text = f"case {text} {arms} else {fallback} end"
    return _or_default(f"nullif({text}, '')", _parse(text, column, kind), column, kind)


def _or_default(raw: str, value: str, column: Column, kind: pa.DataType) -> tuple[str, str]:
    if column.default is None:
        return raw, value
    default = _parse(_text(str(column.default)), Column(constant=""), kind)
    return raw, f"case when {raw} is null then {default} else {value} end"


def _parse(text: str, column: Column, kind: pa.DataType) -> str:
    if pa.types.is_string(kind):
        return f"nullif({text}, '')"
    if pa.types.is_boolean(kind):
        yes, no = "('true','t','1','yes','y','ja')", "('false','f','0','no','n','nej')"
        return f"case when lower({text}) in {yes} then true when lower({text}) in {no} then false end"
    if pa.types.is_date(kind):
        if column.format:
            return f"cast(try_strptime({text}, {_text(column.format)}) as date)"
        return f"try_cast({text} as date)"
    if pa.types.is_timestamp(kind):
        zone = _text(column.zone)
        if column.format:
            return f"timezone({zone}, try_strptime({text}, {_text(column.format)}))"
        aware = f"regexp_matches({text}, '(Z|[+-][0-9]{{2}}:?([0-9]{{2}})?)$') and {text} like '%:%'"
        local = f"timezone({zone}, try_cast({text} as timestamp))"
        return f"case when {aware} then try_cast({text} as timestamptz) else {local} end"
    number = text
    for sign in (column.thousands, " ", "\u00a0", "\u202f"):
        if sign:
            number = f"replace({number}, {_text(sign)}, '')"
    if column.decimal != ".":
        number = f"replace({number}, {_text(column.decimal)}, '.')"
    number = f"regexp_replace({number}, '%$', '')" if column.unit == "percent" else number
    wide = "double" if pa.types.is_floating(kind) else "decimal(38, 12)"
    finite = f"case when isfinite(try_cast({number} as double)) then try_cast({number} as {wide}) end"
    return _scaled(finite, column, kind)


def _scaled(value: str, column: Column, kind: pa.DataType) -> str:
    factor = UNITS[column.unit]
    exact = f"cast({factor!r} as double)" if pa.types.is_floating(kind) else f"{factor:f}"
    scaled = value if factor == 1 else f"({value} * {exact})"
    if pa.types.is_integer(kind):
        # 3.5 orders are a mistake in the input, not four of them.
        return f"case when {scaled} = round({scaled}, 0) then try_cast({scaled} as bigint) end"
    return f"try_cast({scaled} as {_sql_type(kind)})"


def _sql_type(kind: pa.DataType) -> str:
    if pa.types.is_decimal(kind):
        return f"decimal({kind.precision}, {kind.scale})"
    if pa.types.is_timestamp(kind):
        return "timestamptz"
    return {
        pa.string(): "varchar",
        pa.int64(): "bigint",
        pa.float64(): "double",
        pa.bool_(): "boolean",
        pa.date32(): "date",
    }[kind]


def _kind_words(kind: pa.DataType) -> str:
    if pa.types.is_decimal(kind) or pa.types.is_floating(kind):
        return "a number"
    if pa.types.is_integer(kind):
        return "a whole number"
    if pa.types.is_timestamp(kind):
        return "an instant in the mapping's format"
    if pa.types.is_date(kind):
        return "a day in the mapping's format"
    return "yes or no" if pa.types.is_boolean(kind) else "text"


def _is_number(kind: pa.DataType) -> bool:
    return pa.types.is_decimal(kind) or pa.types.is_floating(kind) or pa.types.is_integer(kind)


def _loose(table: Table) -> pa.Schema:
    """The declared types without the not-null promise, which DuckDB does not give."""
    return pa.schema([pa.field(name, kind) for name, kind in table.columns.items()])


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    return int(connection.execute(f"select count(*) from {table}").fetchall()[0][0])


def _name(column: str) -> str:
    return '"' + column.replace('"', '""') + '"'


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def describe(bad: list[BadRow], most: int = 3) -> str:
    """The first bad rows in words, for an error."""
    return "; ".join(f"{row.file}, line {row.line}: {row.reason}" for row in bad[:most])
