"""Drafts a mapping from the data: entity by column names, signs and formats by values. To be read by a person."""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import yaml

from connectors.common.errors import ConfigError, SourceError
from connectors.common.table import Table
from connectors.config.company import config_folder, read_company
from connectors.files.entities import ENTITIES
from connectors.files.mapping import Input
from connectors.files.read import FILE, LINE, read_input
from connectors.files.rules import default
from connectors.files.words import SYNONYMS, plain

SAMPLE_ROWS = 5_000
DATE_FORMATS = (
    *("%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%SZ"),
    *("%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%d-%m-%Y", "%Y/%m/%d", "%Y%m%d"),
    *("%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M", "%d.%m.%Y %H:%M", "%Y/%m/%d %H:%M:%S"),
)
ISO_FORMATS = 5  # the first ones need no `format`
OPEN = "fill in"


@dataclass(frozen=True)
class Draft:
    """An entity with the input column for each of its columns."""

    entity: str
    pairs: dict[str, str]

    @property
    def table(self) -> Table:
        return ENTITIES[self.entity]

    @property
    def open_columns(self) -> list[str]:
        """What the entity cannot do without and no column's name speaks of."""
        required = [field.name for field in self.table.schema if not field.nullable]
        return [name for name in required if name not in self.pairs and default(self.entity, name) is None]

    @property
    def rank(self) -> tuple[int, int, int]:
        """Columns found less those left open; of equal ones that of more columns found, then the smaller entity."""
        return len(self.pairs) - len(self.open_columns), len(self.pairs), -len(self.table.columns)


def suggest(path: Path) -> str:
    """A mapping file's text for one input file. SourceError when the file cannot be read or no column is known."""
    said = _input(path)
    table = read_input(path.parent, Input.model_validate(said)).table.slice(0, SAMPLE_ROWS)
    names = [name for name in table.column_names if name not in (FILE, LINE)]
    draft = max((_draft(entity, names) for entity in ENTITIES), key=lambda found: found.rank)
    if not draft.pairs:
        raise SourceError(
            f"files: no column of {path.name} has a name that is known: start from an example in docs/mapping_files.md."
        )
    draft = _with_time(draft, table, names)
    lines = _lines_of_orders(draft, names)
    drafts = [draft, lines] if lines else [draft]
    mapping: dict[str, Any] = {"input": said["path"] if len(said) == 1 else said}
    kinds = {draft.table.columns[target] for target in draft.pairs}
    if pa.timestamp("us", tz="UTC") in kinds:
        mapping["zone"] = _company_zone()
    mapping["entities"] = [{"entity": item.entity, "columns": _columns(item, table)} for item in drafts]
    return _head(path, drafts, names) + yaml.safe_dump(mapping, sort_keys=False, allow_unicode=True, width=120)


def _columns(draft: Draft, table: pa.Table) -> dict[str, Any]:
    kinds = draft.table.columns
    columns = {target: _column(table[name], name, kinds[target]) for target, name in draft.pairs.items()}
    for name in draft.open_columns:
        columns[name] = {"constant": "2000-01-01" if pa.types.is_date(kinds[name]) else OPEN}
    return columns


def _head(path: Path, drafts: list[Draft], names: list[str]) -> str:
    lines = [f"Drafted from {path.name}: read every line before use."]
    if open_columns := drafts[0].open_columns:
        lines.append(f"To fill in, nothing in the file has their name: {', '.join(open_columns)}")
    used = {name for draft in drafts for name in draft.pairs.values()}
    unused = [name for name in names if name not in used]
    if unused:
        lines.append(f"Not used: {', '.join(unused)}")
    if len(unused) > len(used):
        entity = drafts[0].entity
        lines.append(f"Few columns are known: see that {entity} is what is meant (docs/mapping_files.md lists all).")
    if len(drafts) > 1:
        amount = drafts[1].pairs["gross_amount"]
        lines.append(f"The file has no lines, so each order is one: see that {amount} is without VAT and shipping.")
    # A line break in a column's name must not end the comment.
    return "".join(f"# {' '.join(line.split())}\n" for line in lines)


def _input(path: Path) -> dict[str, Any]:
    """The path, and what about the file is not as usual."""
    said: dict[str, Any] = {"path": path.name}
    if path.suffix.lower() not in (".csv", ".txt"):
        return said
    try:
        with path.open("rb") as file:
            sample = file.read(200_000)
    except OSError as error:
        raise SourceError(f"files: {path.name} cannot be read ({type(error).__name__}).") from None
    if sample.startswith((b"\xff\xfe", b"\xfe\xff")):
        said["encoding"] = "utf-16"
    else:
        try:
            sample[: sample.rfind(b"\n") + 1].decode("utf-8-sig")
        except UnicodeDecodeError:
            said["encoding"] = "cp1252"
    text = sample.decode(said.get("encoding", "utf-8-sig"), errors="replace")
    try:
        delimiter = csv.Sniffer().sniff(text[:20_000], delimiters=",;\t|").delimiter
    except csv.Error:
        return said
    if delimiter != ",":
        said["delimiter"] = delimiter
    return said


def _company_zone() -> str:
    """Local times are most often the company's own."""
    try:
        return read_company(config_folder()).time_zone
    except ConfigError:
        return "UTC"


def _draft(entity: str, names: list[str]) -> Draft:
    pairs: dict[str, str] = {}
    for target in ENTITIES[entity].columns:
        words = [plain(target), *map(plain, SYNONYMS.get(target, "").split())]
        fitting = [name for word in words for name in names if plain(name) == word and name not in pairs.values()]
        if fitting:
            pairs[target] = fitting[0]
    return Draft(entity, pairs)


def _lines_of_orders(draft: Draft, names: list[str]) -> Draft | None:
    """Orders have no amount, their lines have: one line for each order where the file has an amount."""
    if draft.entity != "orders" or "order_id" not in draft.pairs:
        return None
    found = _draft("order_lines", [name for name in names if name not in draft.pairs.values()]).pairs
    if "gross_amount" not in found:
        return None
    order = draft.pairs["order_id"]
    currency = {"currency": draft.pairs["currency"]} if "currency" in draft.pairs else {}
    return Draft("order_lines", {"order_line_id": order, "order_id": order, **found, **currency})


def _with_time(draft: Draft, table: pa.Table, names: list[str]) -> Draft:
    """With the first column of nothing but times for the entity's first time, if no name spoke of one."""
    times = [name for name, kind in draft.table.columns.items() if pa.types.is_temporal(kind)]
    if not times or times[0] in draft.pairs:
        return draft
    for name in names:
        cells = table[name]
        is_time = pa.types.is_temporal(cells.type) or (
            pa.types.is_string(cells.type) and _fitting_format([text for text in cells.to_pylist() if text]) is not None
        )
        if is_time and name not in draft.pairs.values():
            return Draft(draft.entity, {**draft.pairs, times[0]: name})
    return draft


def _column(cells: pa.ChunkedArray, name: str, kind: pa.DataType) -> Any:
    """How the mapping reads a column: by name alone where it is written as usual."""
    said: dict[str, Any] = {"column": name}
    texts = [str(cell).strip() for cell in cells.to_pylist() if cell not in (None, "")]
    if pa.types.is_string(cells.type):
        if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
            said |= _format(texts)
        elif not (pa.types.is_string(kind) or pa.types.is_boolean(kind)):
            said |= _signs(texts, is_whole=pa.types.is_integer(kind))
    if pa.types.is_string(kind) and texts and sum("@" in text for text in texts) > len(texts) / 2:
        said["hash"] = "email"
    return name if len(said) == 1 else said


def _signs(texts: Sequence[str], is_whole: bool) -> dict[str, str]:
    """Signs of numbers that are not read as they stand; a whole number's point can only part thousands."""
    bare = [re.sub(r"[\s%]", "", text) for text in texts]
    said: dict[str, str] = {}
    if texts and all(text.endswith("%") for text in texts):
        said["unit"] = "percent"
    if is_whole and any(re.fullmatch(r"[-+]?[0-9]{1,3}([.][0-9]{3})+", text) for text in bare):
        return {**said, "decimal": ",", "thousands": "."}
    if any(re.fullmatch(r"[-+]?[0-9.]*,([0-9]{1,2}|[0-9]{4,})", text) for text in bare):
        said["decimal"] = ","
        if any("." in text for text in bare):
            said["thousands"] = "."
    elif any("," in text for text in bare):
        said["thousands"] = ","
    return said


def _format(texts: Sequence[str]) -> dict[str, str]:
    """The format that fits every value; nothing where ISO 8601 does."""
    found = _fitting_format(texts)
    return {} if found is None or found in DATE_FORMATS[:ISO_FORMATS] else {"format": found}


def _fitting_format(texts: Sequence[str]) -> str | None:
    return next((found for found in DATE_FORMATS if texts and all(_fits(text, found) for text in texts)), None)


def _fits(text: str, form: str) -> bool:
    try:
        datetime.strptime(text, form)
    except ValueError:
        return False
    return True
