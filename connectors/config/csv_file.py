"""CSV files of the configuration read into pydantic models, a row each."""

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from connectors.common.errors import ConfigError
from connectors.common.yaml_file import file_label, sentence

Row = TypeVar("Row", bound=BaseModel)


def read_rows(
    path: Path,
    model: type[Row],
    key: tuple[str, ...],
    check: Callable[[Row, Sequence[Row]], None] | None = None,
) -> list[Row]:
    """The rows of a UTF-8 CSV file with a header, unique by `key`; none where the file is absent.

    An empty cell is as if its column were not there. `check(row, rows before it)` raises ValueError where the row does
    not fit the others. ConfigError names file and line.
    """
    if not path.exists():
        return []
    label = file_label(path)
    rows: list[Row] = []
    lines: dict[tuple[object, ...], int] = {}
    for line, cells in _lines(path, model, label):
        rows.append(_row(cells, model, label, line))
        values = tuple(getattr(rows[-1], name) for name in key)
        if values in lines:
            raise ConfigError(
                f"{label} line {line}: {' and '.join(key)} are those of line {lines[values]}: remove one of the two"
            )
        lines[values] = line
        if check:
            try:
                check(rows[-1], rows[:-1])
            except ValueError as error:
                raise ConfigError(f"{label} line {line}: {error}") from None
    return rows


def _lines(path: Path, model: type[BaseModel], label: str) -> Iterator[tuple[int, Mapping[str | Any, Any]]]:
    """Line number and cells of each row."""
    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise ConfigError(f"{label} is not UTF-8: save it as UTF-8") from None
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    line = 0
    try:
        _check_header(list(reader.fieldnames or ()), model, label)
        line = reader.line_num
        for cells in reader:
            line = reader.line_num
            yield line, cells
    except csv.Error as error:
        raise ConfigError(f"{label} line {line + 1}: {error}: mend the quotes there") from None


def _check_header(header: list[str], model: type[BaseModel], label: str) -> None:
    known = model.model_fields
    missing = [name for name, field in known.items() if field.is_required() and name not in header]
    unknown = [name for name in header if name not in known]
    if missing or unknown:
        wrong = f"lacks the column {missing[0]!r}" if missing else f"has the unknown column {unknown[0]!r}"
        raise ConfigError(f"{label} line 1 {wrong}: its columns are {', '.join(known)}")


def _row(cells: Mapping[str | Any, Any], model: type[Row], label: str, line: int) -> Row:
    if None in cells or any(value is None for value in cells.values()):
        raise ConfigError(f"{label} line {line} has more or fewer cells than the header: mend that line")
    filled = {str(name): text for name, value in cells.items() if (text := str(value).strip())}
    try:
        return model.model_validate(filled)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise ConfigError(f"{label} line {line}: {sentence(first, model)}") from None
