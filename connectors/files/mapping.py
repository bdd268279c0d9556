"""What a mapping file may say (docs/mapping_files.md), checked before any input is opened."""

from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from connectors.common.table import Table
from connectors.common.yaml_file import read_model
from connectors.config.company import TimeZone
from connectors.files.entities import ENTITIES
from connectors.files.rules import default

Format = Literal["csv", "tsv", "parquet", "xlsx"]
Unit = Literal["one", "cents", "percent", "micros", "thousands", "millions"]
UNITS: dict[Unit, Decimal] = {
    "one": Decimal(1),
    "cents": Decimal("0.01"),
    "percent": Decimal("0.01"),
    "micros": Decimal("0.000001"),
    "thousands": Decimal(1_000),
    "millions": Decimal(1_000_000),
}


def _text(value: Any) -> Any:
    """YAML reads 1 and true as what they are; cells are texts."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, (int, float)) else value


Text = Annotated[str, BeforeValidator(_text)]
Sign = Annotated[str, Field(min_length=1, max_length=1)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Input(_Strict):
    """One kind of input: a file, a folder or a glob below the input folder, and how it is written.

    `format`: by its ending where not said. `delimiter`: a comma in csv, a tab in tsv. `quote`: empty = cells are never
    quoted. `sheet`: the first. `skip_lines`: lines above the column names. `nulls`: cells that mean nothing.
    `may_lack`: columns that some of the files do not have.
    """

    path: str
    format: Format | None = None
    encoding: str = "utf-8-sig"
    delimiter: Sign | None = None
    quote: Annotated[str, Field(max_length=1)] = '"'
    sheet: str | None = None
    skip_lines: Annotated[int, Field(ge=0)] = 0
    nulls: tuple[Text, ...] = ("", "NA", "N/A", "null", "NULL", "None", "-")
    may_lack: tuple[str, ...] = ()

    @field_validator("path")
    @classmethod
    def _stays_in_the_folder(cls, value: str) -> str:
        if not value or Path(value).is_absolute() or ".." in Path(value).parts:
            raise ValueError(f"{value!r} leaves the input folder: write a path below it")
        return value

    @field_validator("encoding")
    @classmethod
    def _is_an_encoding(cls, value: str) -> str:
        try:
            "".encode(value)
        except LookupError:
            raise ValueError(f"{value!r} is no encoding: write one like utf-8, cp1252 or utf-16") from None
        return value


class Column(_Strict):
    """Where a column of the entity comes from: exactly one of `column`, `constant`, `sql`, and how it is written.

    `format`: of days and instants, in strptime's signs; ISO 8601 where not said. `zone`: of local instants. `map`: cell
    → value, a cell that is not in it is wrong unless there is a `default`. `default`: for what is empty, or not in
    `map`.
    """

    column: str | None = None
    constant: Text | None = None
    sql: str | None = None
    format: str | None = None
    zone: TimeZone | None = None
    decimal: Sign | None = None
    thousands: Sign | None = None
    unit: Unit = "one"
    map: dict[Text, Text] = {}
    default: Text | None = None
    hash: Literal["email", "phone", "text"] | None = None

    @model_validator(mode="after")
    def _has_one_origin(self) -> "Column":
        if sum(value is not None for value in (self.column, self.constant, self.sql)) != 1:
            raise ValueError("say exactly one of `column`, `constant`, `sql`")
        return self


def _from_path(value: Any) -> Any:
    return {"path": value} if isinstance(value, str) else value


def _from_name(value: Any) -> Any:
    return {"column": _text(value)} if isinstance(value, (str, int)) else value


# A text alone is a path, or the name of an input column.
AnyInput = Annotated[Input, BeforeValidator(_from_path)]
AnyColumn = Annotated[Column, BeforeValidator(_from_name)]


class Unpivot(_Strict):
    """Wide to long: each of `columns` (`*` = any text) becomes a row with its name and value."""

    columns: Annotated[tuple[str, ...], Field(min_length=1)]
    name: str
    value: str


class Pivot(_Strict):
    """Long to wide: where `on` has one of the values in `into`, `value` goes to that column; one row per `by`.

    Of several values for one place the first in the file stays.
    """

    on: str
    value: str
    by: Annotated[tuple[str, ...], Field(min_length=1)]
    into: dict[Text, str]


class Target(_Strict):
    """One canonical entity out of the input.

    `keep`: what becomes of several rows with one key: `only` (a repeat is a bad row), `first`, `last` (by `order`, a
    column of the entity, else as they stand in the files) or `sum` (numbers added up, of the rest the first).
    """

    entity: str
    columns: dict[str, AnyColumn]
    where: str | None = None
    keep: Literal["only", "first", "last", "sum"] = "only"
    order: str | None = None

    @model_validator(mode="after")
    def _names_real_columns(self) -> "Target":
        if self.entity not in ENTITIES:
            raise ValueError(f"there is no entity {self.entity!r}: write one of {', '.join(ENTITIES)}")
        table = ENTITIES[self.entity]
        if unknown := [name for name in self.columns if name not in table.columns]:
            raise ValueError(f"{self.entity} has no column {unknown[0]!r}: it has {', '.join(table.columns)}")
        if self.order is not None and self.order not in table.columns:
            raise ValueError(f"{self.entity} has no column {self.order!r} to order by: write one of its columns")
        if missing := [name for name in table.columns if self._is_open(table, name)]:
            raise ValueError(f"{self.entity} needs {missing[0]!r}: add it to its columns")
        clear = [name for name in self.columns if name.endswith("_hash") and not self.column(name).hash]
        if clear:
            raise ValueError(f"{clear[0]!r} is personal: add `hash: email` or `hash: phone` to it")
        return self

    def _is_open(self, table: Table, name: str) -> bool:
        is_required = not table.schema.field(name).nullable
        return is_required and name not in self.columns and default(self.entity, name) is None

    def column(self, name: str) -> Column:
        """The column's origin; one that is not named has its default."""
        return self.columns.get(name) or Column(constant=default(self.entity, name) or "")


class Mapping(_Strict):
    """A mapping file. `input` for one kind of file; `inputs` by name where `select` joins several.

    `decimal`, `thousands`, `format` (of days and instants), `zone`: for all columns that do not say their own.
    `max_bad_share`: with more bad rows than this a file is refused.
    """

    input: AnyInput | None = None
    inputs: dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")], AnyInput] = {}
    select: str | None = None
    unpivot: Unpivot | None = None
    pivot: Pivot | None = None
    entities: Annotated[tuple[Target, ...], Field(min_length=1)]
    decimal: Sign = "."
    thousands: Sign | None = None
    format: str | None = None
    zone: TimeZone = "UTC"
    max_bad_share: Annotated[float, Field(ge=0, le=1)] = 0.01

    @model_validator(mode="after")
    def _has_input(self) -> "Mapping":
        if (self.input is None) == (not self.inputs):
            raise ValueError("say either `input` or `inputs`")
        if self.inputs and not self.select:
            raise ValueError("`inputs` needs a `select` that says how they belong together")
        return self

    def named_inputs(self) -> dict[str, Input]:
        """Inputs by the name under which `select` reads them."""
        return {"input": self.input} if self.input else self.inputs


def read_mapping(path: Path) -> Mapping:
    """The mapping of a file; ConfigError is one sentence with file, line and what to mend."""
    return read_model(path, Mapping)
