"""SQL that turns a cell into a value of a declared type; null where it does not fit.

A cell is text as it stands in the file, or has the type that a workbook or Parquet gave it; only texts are read by the
mapping's signs and formats.
"""

from dataclasses import dataclass

import pyarrow as pa

from connectors.files.mapping import UNITS, Column, Mapping, Unit

YES = ("true", "t", "1", "yes", "y", "ja", "x")
NO = ("false", "f", "0", "no", "n", "nej")
# Signs between thousands that look like a blank.
BLANKS = (" ", "\u00a0", "\u202f", "\u2009")
# Wide enough for MONEY times a million; a product of two decimals may have 38 digits at most.
WIDE = "decimal(28, 10)"


@dataclass(frozen=True)
class Cell:
    """A column of raw cells: its SQL, and the type DuckDB gives it."""

    sql: str
    type: str

    @property
    def text(self) -> str:
        """SQL of the cell as trimmed text, null where there is none; 17850.0 in an id is 17850."""
        if self.type in ("DOUBLE", "FLOAT"):
            whole = f"{self.sql} = trunc({self.sql}) and abs({self.sql}) < 1e15"
            as_whole = f"cast(cast({self.sql} as bigint) as varchar)"
            return f"case when {whole} then {as_whole} else cast({self.sql} as varchar) end"
        return f"nullif(trim(cast({self.sql} as varchar)), '')"


@dataclass(frozen=True)
class Signs:
    """How numbers, days and instants are written. `format` None = ISO 8601; `unit`: what one of the numbers is."""

    decimal: str = "."
    thousands: str | None = None
    format: str | None = None
    zone: str = "UTC"
    unit: Unit = "one"

    @classmethod
    def of(cls, column: Column, mapping: Mapping) -> "Signs":
        """The column's own signs before the mapping's; a constant is written plainly."""
        if column.constant is not None:
            return cls(unit=column.unit, zone=column.zone or "UTC", format=column.format)
        return cls(
            column.decimal or mapping.decimal,
            column.thousands or mapping.thousands,
            column.format or mapping.format,
            column.zone or mapping.zone,
            column.unit,
        )


def parsed(cell: Cell, column: Column, mapping: Mapping, kind: pa.DataType) -> str:
    """SQL of the value in the entity's type; null where the cell is empty or does not fit."""
    known = ", ".join(quoted(old) for old in column.map)
    if column.map:
        arms = " ".join(f"when {quoted(old)} then {quoted(new)}" for old, new in column.map.items())
        value = _read(Cell(f"case {cell.text} {arms} end", "VARCHAR"), Signs(), kind)
    else:
        value = _read(cell, Signs.of(column, mapping), kind)
    if column.default is None:
        return value
    default = _read(Cell(quoted(column.default), "VARCHAR"), Signs(), kind)
    is_open = f"{cell.text} is null" + (f" or {cell.text} not in ({known})" if known else "")
    return f"case when {is_open} then {default} else {value} end"


def lost(cell: Cell, column: Column, value: str) -> str:
    """SQL that is true where a cell holds something and its `value` is nothing, though the map does not say so."""
    meant = ", ".join(quoted(old) for old, new in column.map.items() if not new)
    return f"{value} is null and {cell.text} is not null" + (f" and {cell.text} not in ({meant})" if meant else "")


def _read(cell: Cell, signs: Signs, kind: pa.DataType) -> str:
    if pa.types.is_string(kind):
        return cell.text
    if pa.types.is_boolean(kind):
        lower = f"lower({cell.text})"
        return f"case when {lower} in {YES} then true when {lower} in {NO} then false end"
    if pa.types.is_date(kind):
        return _day(cell, signs.format)
    if pa.types.is_timestamp(kind):
        return _instant(cell, signs.format, signs.zone)
    return _number(cell, signs, kind)


def _day(cell: Cell, form: str | None) -> str:
    if cell.type != "VARCHAR":
        return f"try_cast({cell.sql} as date)"
    return f"cast(try_strptime({cell.text}, {quoted(form)}) as date)" if form else f"try_cast({cell.text} as date)"


def _instant(cell: Cell, form: str | None, zone: str) -> str:
    """An instant in UTC; a local time that the clocks skip is moved on by the hour, one they repeat is the second."""
    if cell.type.endswith("WITH TIME ZONE"):
        return cell.sql
    if cell.type != "VARCHAR":
        return f"timezone({quoted(zone)}, try_cast({cell.sql} as timestamp))"
    if form and "%z" in form:
        return f"try_strptime({cell.text}, {quoted(form)})"
    if form:
        return f"timezone({quoted(zone)}, try_strptime({cell.text}, {quoted(form)}))"
    has_offset = f"regexp_full_match({cell.text}, '.*[0-9]:[0-9]{{2}}.*(Z|[+-][0-9]{{2}}(:?[0-9]{{2}})?)')"
    local = f"timezone({quoted(zone)}, try_cast({cell.text} as timestamp))"
    return f"case when {has_offset} then try_cast({cell.text} as timestamptz) else {local} end"


def _number(cell: Cell, signs: Signs, kind: pa.DataType) -> str:
    wide = "double" if pa.types.is_floating(kind) else WIDE
    number = f"try_cast({_plain_number(cell, signs)} as {wide})"
    if wide == "double":
        number = f"(case when isfinite({number}) then {number} end)"
    factor = UNITS[signs.unit]
    if factor != 1:
        exact = f"cast({factor} as double)" if wide == "double" else f"cast({factor} as decimal(13, 6))"
        number = f"({number} * {exact})"
    if pa.types.is_integer(kind):
        # 3.5 orders are a mistake in the input, not four of them.
        return f"case when {number} = trunc({number}) then try_cast({number} as bigint) end"
    return f"try_cast({number} as {sql_type(kind)})"


def _plain_number(cell: Cell, signs: Signs) -> str:
    """A number as SQL reads it; null unless its signs stand where they belong.

    Where a point parts thousands, 1.5 is a mistake and not 15.
    """
    if cell.type != "VARCHAR":
        return cell.sql
    decimal, thousands = signs.decimal, signs.thousands
    text = f"regexp_replace({cell.text}, '\\s*%$', '')" if signs.unit == "percent" else cell.text
    parting = "".join(BLANKS) if thousands is None or thousands in BLANKS else thousands
    # Inside [] every sign but these stands for itself.
    group = "".join(f"\\{sign}" if sign in "\\]^-" else sign for sign in parting)
    point = f"\\{decimal}" if not decimal.isalnum() else decimal
    form = f"[+-]?([0-9]+|[0-9]{{1,3}}([{group}][0-9]{{3}})+)?({point}[0-9]*)?([eE][+-]?[0-9]+)?"
    plain = f"translate({text}, {quoted(parting)}, '')"
    if decimal != ".":
        plain = f"replace({plain}, {quoted(decimal)}, '.')"
    return f"case when regexp_full_match({text}, {quoted(form)}) then {plain} end"


def sql_type(kind: pa.DataType) -> str:
    """DuckDB's name of a landing type."""
    if pa.types.is_decimal(kind):
        return f"decimal({kind.precision}, {kind.scale})"
    return _TYPES[kind]


def words_of(kind: pa.DataType) -> str:
    """What a cell should have been."""
    if pa.types.is_decimal(kind) or pa.types.is_floating(kind):
        return "is not a number"
    if pa.types.is_integer(kind):
        return "is not a whole number"
    if pa.types.is_timestamp(kind):
        return "is not an instant in the mapping's format"
    if pa.types.is_date(kind):
        return "is not a day in the mapping's format"
    return "is not yes or no" if pa.types.is_boolean(kind) else "is not in the mapping's `map`"


def quoted(value: str) -> str:
    """An SQL literal."""
    return "'" + value.replace("'", "''") + "'"


def named(column: str) -> str:
    """An SQL identifier."""
    return '"' + column.replace('"', '""') + '"'


_TYPES = {
    pa.string(): "varchar",
    pa.int64(): "bigint",
    pa.float64(): "double",
    pa.bool_(): "boolean",
    pa.date32(): "date",
    pa.timestamp("us", tz="UTC"): "timestamptz",
}
