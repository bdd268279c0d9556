"""Input files as text tables: one Arrow table per kind of input, with file and line of every row.

Texts stay texts until the mapping says what they are; so a decimal comma or a day before its month is never guessed.
"""

import csv
import gzip
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any, TextIO

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq

from connectors.common.errors import SourceError
from connectors.files.mapping import Format, Input

FILE, LINE = "_file", "_line"
LARGEST_CELL = 1_000_000  # characters; a quote that never closes swallows the rest of a file
MOST_UNPACKED_BYTES = 4 * 1024**3  # a zip bomb stops here


@dataclass(frozen=True)
class BadRow:
    """A row that does not fit; `reason` never quotes the cell, which may be personal."""

    file: str
    line: int
    column: str
    reason: str


@dataclass
class Rows:
    """What an input gave: a table with FILE and LINE columns, and rows that could not even be split into columns."""

    table: pa.Table
    bad: list[BadRow] = field(default_factory=list)
    files: list[str] = field(default_factory=list)


def read_input(folder: Path, said: Input) -> Rows:
    """All files of an input, put together by column name. SourceError where there is none or one cannot be read."""
    paths = _paths(folder, said)
    if not paths:
        raise SourceError(f"files: there is no file {said.path!r} in {folder}.")
    bad: list[BadRow] = []
    tables = [_read(path, path.relative_to(folder).as_posix(), said, bad) for path in paths]
    names = [path.relative_to(folder).as_posix() for path in paths]
    return Rows(pa.concat_tables(tables, promote_options="permissive"), bad, names)


def _paths(folder: Path, said: Input) -> list[Path]:
    root, path = folder.resolve(), folder / said.path
    if path.is_dir():
        found: Iterable[Path] = (item for item in path.rglob("*") if _ending(item) is not None)
    else:
        found = folder.glob(said.path)
    return sorted(item for item in found if item.is_file() and item.resolve().is_relative_to(root))


def _ending(path: Path) -> Format | None:
    name = path.name.lower().removesuffix(".gz")
    endings: dict[str, Format] = {".csv": "csv", ".txt": "csv", ".tsv": "tsv", ".parquet": "parquet", ".xlsx": "xlsx"}
    return next((kind for ending, kind in endings.items() if name.endswith(ending)), None)


def _read(path: Path, name: str, said: Input, bad: list[BadRow]) -> pa.Table:
    kind = said.format or _ending(path) or "csv"
    try:
        if kind == "parquet":
            table = pq.read_table(path)
            lines = pa.array(range(1, table.num_rows + 1), pa.int64())
            return _with_place(table, name, lines)
        rows = _workbook(path, said) if kind == "xlsx" else _delimited(path, said, kind)
        return _texts(rows, name, said, bad)
    except (OSError, UnicodeDecodeError, LookupError, csv.Error, pa.ArrowException, ValueError, KeyError) as error:
        hint = f": is it really {said.encoding}?" if isinstance(error, UnicodeDecodeError) else ""
        raise SourceError(f"files: {name} cannot be read as {kind} ({type(error).__name__}){hint}") from None


def _delimited(path: Path, said: Input, kind: Format) -> Iterator[tuple[int, list[Any]]]:
    csv.field_size_limit(LARGEST_CELL)
    with _open(path, said.encoding) as file:
        for _ in range(said.skip_lines):
            file.readline()
        reader = csv.reader(file, delimiter=said.delimiter or ("\t" if kind == "tsv" else ","))
        for cells in reader:
            yield reader.line_num + said.skip_lines, cells


def _open(path: Path, encoding: str) -> TextIO:
    if path.name.lower().endswith(".gz"):
        return io.TextIOWrapper(io.BufferedReader(_Bounded(gzip.open(path, "rb"))), encoding, newline="")  # type: ignore[arg-type]
    return path.open(encoding=encoding, newline="")


class _Bounded(io.RawIOBase):
    """Reads on until MOST_UNPACKED_BYTES; more is an error."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self._left = file, MOST_UNPACKED_BYTES

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        block = self._file.read(len(buffer))
        self._left -= len(block)
        if self._left < 0:
            raise ValueError("unpacks to more than 4 GiB")
        buffer[: len(block)] = block
        return len(block)

    def close(self) -> None:
        self._file.close()
        super().close()


def _workbook(path: Path, said: Input) -> Iterator[tuple[int, list[Any]]]:
    book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    try:
        if said.sheet and said.sheet not in book.sheetnames:
            raise SourceError(f"files: {path.name} has no sheet {said.sheet!r}; it has {', '.join(book.sheetnames)}.")
        sheet = book[said.sheet] if said.sheet else book.worksheets[0]
        for line, cells in enumerate(sheet.iter_rows(values_only=True), start=1):
            if line > said.skip_lines:
                yield line, [_cell_text(value) for value in cells]
    finally:
        book.close()


def _cell_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _texts(rows: Iterator[tuple[int, list[Any]]], name: str, said: Input, bad: list[BadRow]) -> pa.Table:
    header = [str(cell).strip() for cell in next(rows, (0, []))[1]]
    while header and not header[-1]:
        header.pop()
    if not header or len(set(header)) != len(header):
        raise SourceError(f"files: {name} has no column names, or one of them twice: see `skip_lines` and `delimiter`.")
    width, lines, kept = len(header), [], []
    for line, cells in rows:
        if len(cells) == width:
            lines.append(line)
            kept.append(cells)
        elif any(cell for cell in cells):
            if len(cells) > width and not any(cells[width:]):
                lines.append(line)
                kept.append(cells[:width])
            else:
                bad.append(BadRow(name, line, "", f"{len(cells)} cells, but {width} columns"))
    nulls = set(said.nulls)
    columns = zip(*kept, strict=True) if kept else [()] * width
    arrays = [pa.array([None if cell in nulls else cell for cell in column], pa.string()) for column in columns]
    return _with_place(pa.Table.from_arrays(arrays, names=header), name, pa.array(lines, pa.int64()))


def _with_place(table: pa.Table, name: str, lines: pa.Array) -> pa.Table:
    names = pa.array([name] * table.num_rows, pa.string())
    return table.append_column(FILE, names).append_column(LINE, lines)
