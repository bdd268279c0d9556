"""Input files as tables: one Arrow table per kind of input, with file and line of every row.

Texts stay texts until the mapping says what they are; so a decimal comma or a day before its month is never guessed.
CSV goes through Python's own reader and not DuckDB's: it tells the line of each record also where cells hold line
breaks, and it knows every encoding (half a million rows of 8 columns take about 3 s).
"""

import csv
import gc
import gzip
import io
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any, TextIO

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
from openpyxl.utils.exceptions import InvalidFileException

from connectors.common.errors import SourceError
from connectors.files.mapping import Format, Input

FILE, LINE = "_file", "_line"
LARGEST_CELL = 1_000_000  # characters; a quote that never closes swallows the rest of a file
MOST_UNPACKED_BYTES = 4 * 1024**3  # a zip bomb stops here
MOST_WORKBOOK_BYTES = 1024**3  # its texts are held in memory; a sheet of a million rows has a fifth of it
ROWS_AT_ONCE = 50_000
UNDECODED = "\ufffd"  # what stands for bytes that the encoding does not know


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


def read_input(folder: Path, said: Input) -> Rows:
    """All files of an input, put together by column name. SourceError where there is none or one cannot be read."""
    paths = _paths(folder, said)
    if not paths:
        raise SourceError(f"files: no file in the input folder fits {said.path!r}: put it there or mend `path`.")
    bad: list[BadRow] = []
    tables = {path.relative_to(folder).as_posix(): path for path in paths}
    with _no_collection():
        read = {name: _read(path, name, said, bad) for name, path in tables.items()}
    _refuse_lacking_columns(read, said)
    return Rows(_together(list(read.values())), bad)


@contextmanager
def _no_collection() -> Iterator[None]:
    """Half a million lists of texts make no cycles, but the collector walks them again and again: 7.8 s and not 2.8."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _paths(folder: Path, said: Input) -> list[Path]:
    root, path = folder.resolve(), folder / said.path
    if path.is_dir():
        found: Iterable[Path] = (item for item in path.rglob("*") if _ending(item) is not None)
    else:
        found = folder.glob(said.path)
    # A link inside the folder may lead out of it.
    return sorted(item for item in found if item.is_file() and item.resolve().is_relative_to(root))


def _ending(path: Path) -> Format | None:
    name = path.name.lower().removesuffix(".gz")
    endings: dict[str, Format] = {".csv": "csv", ".txt": "csv", ".tsv": "tsv", ".parquet": "parquet", ".xlsx": "xlsx"}
    return next((kind for ending, kind in endings.items() if name.endswith(ending)), None)


def _refuse_lacking_columns(read: dict[str, pa.Table], said: Input) -> None:
    """A column that one of several files lacks would be empty without a word."""
    wanted = {name for table in read.values() for name in table.column_names} - set(said.may_lack)
    for file, table in read.items():
        if lacking := sorted(wanted - set(table.column_names)):
            raise SourceError(
                f"files: {file} lacks the column {lacking[0]!r}, which other files of {said.path!r} have: "
                "mend the file or name the column in `may_lack`."
            )


def _together(tables: list[pa.Table]) -> pa.Table:
    try:
        return pa.concat_tables(tables, promote_options="permissive")
    except pa.ArrowTypeError:
        # A workbook's column may be numbers in one file and texts in the next.
        texts = [
            table.cast(pa.schema([(name, pa.int64() if name == LINE else pa.string()) for name in table.column_names]))
            for table in tables
        ]
        return pa.concat_tables(texts, promote_options="permissive")


def _read(path: Path, name: str, said: Input, bad: list[BadRow]) -> pa.Table:
    kind = said.format or _ending(path) or "csv"
    try:
        if kind == "parquet":
            with _opened(path) as file:
                return _placed(pq.read_table(file), name, None)
        if kind == "xlsx":
            with _opened(path) as file:
                _refuse_bomb(file, name)
                return _table(_workbook(file, name, said), name, said, bad)
        with _opened(path) as file, io.TextIOWrapper(file, said.encoding, errors="replace", newline="") as text:
            return _table(_delimited(text, name, said, kind, bad), name, said, bad)
    except (
        OSError,
        EOFError,
        zipfile.BadZipFile,
        InvalidFileException,
        pa.ArrowException,
        ValueError,
        KeyError,
    ) as error:
        raise SourceError(f"files: {name} cannot be read as {kind} ({type(error).__name__}).") from None


def _opened(path: Path) -> IO[bytes]:
    """The file's bytes; what is packed is unpacked into memory, up to a limit."""
    if not path.name.lower().endswith(".gz"):
        return path.open("rb")
    with gzip.open(path, "rb") as packed:
        unpacked = packed.read(MOST_UNPACKED_BYTES + 1)
    if len(unpacked) > MOST_UNPACKED_BYTES:
        raise SourceError(f"files: {path.name} unpacks to more than 4 GiB: split it.")
    return io.BytesIO(unpacked)


def _refuse_bomb(file: IO[bytes], name: str) -> None:
    """A workbook is a zip file, which may be a thousand times as large as it looks."""
    with zipfile.ZipFile(file) as packed:
        size = sum(item.file_size for item in packed.infolist())
    if size > MOST_WORKBOOK_BYTES:
        raise SourceError(f"files: {name} unpacks to more than 1 GiB: split it, or save it as CSV.")
    file.seek(0)


def _delimited(
    text: TextIO, name: str, said: Input, kind: Format, bad: list[BadRow]
) -> Iterator[tuple[int, list[Any]]]:
    """Line and cells of each record; records that break the quoting rules are bad rows."""
    csv.field_size_limit(LARGEST_CELL)
    for _ in range(said.skip_lines):
        text.readline()
    reader = csv.reader(
        text,
        delimiter=said.delimiter or ("\t" if kind == "tsv" else ","),
        quotechar=said.quote or None,
        quoting=csv.QUOTE_MINIMAL if said.quote else csv.QUOTE_NONE,
        strict=True,
    )
    while True:
        line = reader.line_num + said.skip_lines + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            if "unexpected end of data" in str(error):
                raise SourceError(
                    f"files: {name}, line {line}: a quote opens and never closes: mend it or set `quote`."
                ) from None
            bad.append(BadRow(name, line, "", f"cannot be split into cells: {error}"))
            continue
        yield line, cells


def _workbook(file: IO[bytes], name: str, said: Input) -> Iterator[tuple[int, list[Any]]]:
    book = openpyxl.load_workbook(file, read_only=True, data_only=True)
    try:
        if said.sheet and said.sheet not in book.sheetnames:
            raise SourceError(f"files: {name} has no sheet {said.sheet!r}: write one of {', '.join(book.sheetnames)}.")
        sheet = book[said.sheet] if said.sheet else book.worksheets[0]
        for line, cells in enumerate(sheet.iter_rows(values_only=True), start=1):
            if line > said.skip_lines:
                yield line, list(cells)
    finally:
        book.close()


def _table(rows: Iterator[tuple[int, list[Any]]], name: str, said: Input, bad: list[BadRow]) -> pa.Table:
    header = _header(next(rows, (0, []))[1], name)
    width = len(header)
    batches: list[pa.Table] = []
    kept: list[tuple[int, list[Any]]] = []
    for line, cells in rows:
        if len(cells) > width and not any(cells[width:]):
            cells = cells[:width]
        if not any(cells):
            continue
        if len(cells) != width:
            bad.append(BadRow(name, line, "", f"has {len(cells)} cells for {width} columns"))
            continue
        kept.append((line, cells))
        if len(kept) == ROWS_AT_ONCE:
            batches.append(_batch(kept, header, name, said, bad))
            kept = []
    return _together([*batches, _batch(kept, header, name, said, bad)])


def _batch(kept: list[tuple[int, list[Any]]], header: list[str], name: str, said: Input, bad: list[BadRow]) -> pa.Table:
    columns = list(zip(*(cells for _, cells in kept), strict=True)) or [()] * len(header)
    if any(type(cell) is str and UNDECODED in cell for column in columns for cell in _suspects(column)):
        decoded = []
        for line, cells in kept:
            wrong = [column for column, cell in zip(header, cells, strict=True) if UNDECODED in str(cell)]
            if wrong:
                bad.append(BadRow(name, line, wrong[0], f"is not {said.encoding}: set `encoding`"))
            else:
                decoded.append((line, cells))
        return _batch(decoded, header, name, said, bad)
    arrays = [_array(column, said.nulls) for column in columns]
    return _placed(pa.Table.from_arrays(arrays, names=header), name, [line for line, _ in kept])


def _suspects(column: tuple[Any, ...]) -> tuple[Any, ...]:
    """The cells if any of them holds UNDECODED; looked for in one text, which is ten times as fast as one by one."""
    return column if UNDECODED in "".join(cell for cell in column if type(cell) is str) else ()


def _header(cells: list[Any], name: str) -> list[str]:
    header = ["" if cell is None else str(cell).strip() for cell in cells]
    while header and not header[-1]:
        header.pop()
    repeated = {column for column in header if header.count(column) > 1}
    if not header or repeated or {FILE, LINE} & set(header):
        what = f"names the column {min(repeated)!r} twice" if repeated else "has no line of column names"
        raise SourceError(f"files: {name} {what}: mend it or set `skip_lines` and `delimiter`.")
    return header


def _array(cells: tuple[Any, ...], nulls: tuple[str, ...]) -> pa.Array:
    """Texts as texts; a workbook's column of nothing but numbers, instants or flags as what it is."""
    kinds = set(map(type, cells))
    if kinds <= {str}:
        return pa.array([None if cell in nulls else cell for cell in cells], pa.string())
    kinds = {type(cell) for cell in cells if cell is not None and cell not in nulls}
    if kinds and kinds <= {int, float}:
        number = pa.int64() if kinds == {int} else pa.float64()
        return pa.array([cell if type(cell) in kinds else None for cell in cells], number)
    if kinds == {datetime}:
        return pa.array([cell if type(cell) is datetime else None for cell in cells], pa.timestamp("us"))
    texts = [None if cell is None or cell in nulls else _cell_text(cell) for cell in cells]
    return pa.array(texts, pa.string())


def _cell_text(cell: Any) -> str:
    if isinstance(cell, (datetime, date)):
        return str(cell)
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)


def _placed(table: pa.Table, name: str, lines: list[int] | None) -> pa.Table:
    """With the file and the line of each row; of Parquet, which has no lines, the number of the row."""
    numbers = pa.array(range(1, table.num_rows + 1) if lines is None else lines, pa.int64())
    names = pa.repeat(pa.scalar(name, pa.string()), table.num_rows)
    return table.append_column(FILE, names).append_column(LINE, numbers)
