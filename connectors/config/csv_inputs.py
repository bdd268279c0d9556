"""Small CSV files that people keep by hand, read strictly: every wrong cell is named with its line."""

import csv
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import pyarrow as pa

from connectors.common.table import Table
from connectors.config.yaml_lines import ConfigError


def read_csv(path: Path, table: Table, optional: frozenset[str] = frozenset()) -> pa.Table:
    """The file in the table's columns; an empty table where there is no file.

    Columns in `optional` may be empty or left out. ConfigError for repeated keys, unknown columns and
    cells that do not fit.
    """
    if not path.exists():
        return table.schema.empty_table()
    rows, seen = [], {}
    for line, cells in _lines(path, table, optional):
        row = {
            name: _cell(path, line, name, cells.get(name), kind, name in optional)
            for name, kind in table.columns.items()
        }
        key = tuple(row[name] for name in table.primary_key)
        if key in seen:
            words = ", ".join(f"{name} {value}" for name, value in zip(table.primary_key, key, strict=True))
            raise ConfigError(f"{path}, line {line}: {words} stands already in line {seen[key]}: remove one of them.")
        seen[key] = line
        rows.append(row)
    return table.rows(rows)


def _lines(path: Path, table: Table, optional: frozenset[str]) -> Iterator[tuple[int, dict[str, str | None]]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, restkey="__more__")
            found = list(reader.fieldnames or ())
            if unknown := [name for name in found if name not in table.columns]:
                raise ConfigError(
                    f"{path}, line 1: there is no column {unknown[0]!r}; the columns are {', '.join(table.columns)}."
                )
            if missing := [name for name in table.columns if name not in found and name not in optional]:
                raise ConfigError(f"{path}, line 1: the column {missing[0]!r} is missing.")
            for cells in reader:
                if "__more__" in cells:
                    raise ConfigError(
                        f"{path}, line {reader.line_num}: more cells than columns: quote texts with commas."
                    )
                yield reader.line_num, cells
    except UnicodeDecodeError:
        raise ConfigError(f"{path} is not UTF-8 text: save it as UTF-8.") from None
    except csv.Error as error:
        raise ConfigError(f"{path} is no CSV file: {error}.") from None


def _cell(path: Path, line: int, name: str, text: str | None, kind: pa.DataType, is_optional: bool) -> Any:
    text = (text or "").strip()
    if not text:
        if is_optional:
            return None
        raise ConfigError(f"{path}, line {line}: `{name}` is empty.")
    parse, example = _parser(kind)
    try:
        return parse(text)
    except (ValueError, InvalidOperation):
        raise ConfigError(f"{path}, line {line}: `{name}` is {text[:40]!r}, write it like {example}.") from None


def _parser(kind: pa.DataType) -> tuple[Callable[[str], Any], str]:
    if pa.types.is_date(kind):
        return date.fromisoformat, "2026-03-17"
    if pa.types.is_decimal(kind):
        return lambda text: _decimal(text, kind.scale), "1234.50"
    if pa.types.is_integer(kind):
        return int, "12"
    if pa.types.is_floating(kind):
        return float, "0.5"
    return str, "text"


def _decimal(text: str, scale: int) -> Decimal:
    value = Decimal(text)
    if not value.is_finite():
        raise ValueError(text)
    return value.quantize(Decimal(1).scaleb(-scale))
