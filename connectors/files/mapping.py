"""What a mapping file may say (docs/mapping_files.md), checked before any input is opened."""

from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from connectors.common.errors import SourceError
from connectors.files.entities import ENTITIES

UNITS = {"one": 1.0, "cents": 0.01, "percent": 0.01, "micros": 0.000001, "thousands": 1_000.0, "millions": 1_000_000.0}
Format = Literal["csv", "tsv", "parquet", "xlsx"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Input(_Strict):
    """One kind of input: a file, a folder or a glob below the input folder, and how it is written."""

    path: str
    format: Format | None = None  # by its ending where not said
    encoding: str = "utf-8-sig"
    delimiter: str | None = None  # , in csv, tab in tsv
    sheet: str | None = None  # the first where not said
    skip_lines: Annotated[int, Field(ge=0)] = 0  # above the line with the column names
    nulls: list[str] = ["", "NA", "N/A", "null", "NULL", "None", "-"]

    @field_validator("path")
    @classmethod
    def _stays_in_the_folder(cls, value: str) -> str:
        if Path(value).is_absolute() or ".." in Path(value).parts:
            raise ValueError("the path must lie below the input folder")
        return value


class Column(_Strict):
    """Where a column of the entity comes from: exactly one of `column`, `constant`, `sql`, and how it is written."""

    column: str | None = None
    constant: Any = None
    sql: str | None = None
    format: str | None = None  # of dates and instants, in strptime's signs; ISO 8601 where not said
    zone: str = "UTC"  # of local instants
    decimal: str = "."
    thousands: str | None = None
    unit: Literal["one", "cents", "percent", "micros", "thousands", "millions"] = "one"
    map: dict[str, Any] = {}
    default: Any = None  # for what is empty, or not in `map`
    hash: Literal["email", "phone", "text"] | None = None

    @model_validator(mode="after")
    def _has_one_origin(self) -> "Column":
        if sum(value is not None for value in (self.column, self.constant, self.sql)) != 1:
            raise ValueError("say exactly one of column, constant, sql")
        return self


class Unpivot(_Strict):
    """Wide to long: each of `columns` becomes a row with its name and value."""

    columns: Annotated[list[str], Field(min_length=1)]
    name: str
    value: str


class Pivot(_Strict):
    """Long to wide: the values of `on` in `into` become columns; one row per `by`, the first value kept."""

    on: str
    value: str
    by: Annotated[list[str], Field(min_length=1)]
    into: dict[str, str]  # value of `on` → column name


class Target(_Strict):
    """One canonical entity out of the input. `keep`: which of several rows with one key stays."""

    entity: str
    columns: dict[str, Column | str | int | float | bool]
    where: str | None = None
    keep: Literal["first", "last", "sum", "all"] = "first"

    @model_validator(mode="after")
    def _names_real_columns(self) -> "Target":
        if self.entity not in ENTITIES:
            raise ValueError(f"there is no entity {self.entity!r}; there are {', '.join(ENTITIES)}")
        table = ENTITIES[self.entity]
        if unknown := [name for name in self.columns if name not in table.columns]:
            raise ValueError(f"{self.entity} has no column {unknown[0]!r}; it has {', '.join(table.columns)}")
        if missing := [name for name in table.primary_key if name not in self.columns]:
            raise ValueError(f"{self.entity} needs {missing[0]!r}: it is part of its key")
        return self

    def column(self, name: str) -> Column | None:
        """The column's origin; a text alone names an input column."""
        said = self.columns.get(name)
        if said is None or isinstance(said, Column):
            return said
        return Column(column=said) if isinstance(said, str) else Column(constant=said)


class Mapping(_Strict):
    """A mapping file. `input` for one kind of file; `inputs` by name where `select` joins several."""

    input: Input | str | None = None
    inputs: dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")], Input | str] = {}
    select: str | None = None
    unpivot: Unpivot | None = None
    pivot: Pivot | None = None
    entities: Annotated[list[Target], Field(min_length=1)]
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
        said = self.inputs or {"input": self.input}
        return {name: Input(path=value) if isinstance(value, str) else value for name, value in said.items() if value}


def read_mapping(path: Path) -> Mapping:
    """The mapping of a file; SourceError is one sentence with file, line and what to mend."""
    try:
        text = path.read_text("utf-8")
        data, tree = yaml.safe_load(text), yaml.compose(text, Loader=yaml.SafeLoader)
    except (OSError, UnicodeDecodeError) as error:
        raise SourceError(f"files: the mapping {path} cannot be read ({type(error).__name__}).") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else "?"
        raise SourceError(f"files: {path}, line {line}: {getattr(error, 'problem', 'not valid YAML')}.") from None
    try:
        return Mapping.model_validate(data or {})
    except ValidationError as error:
        first = min(error.errors(), key=lambda item: -len(item["loc"]))
        words = first["msg"].removeprefix("Value error, ")
        place = ".".join(str(part) for part in first["loc"] if part not in _UNION_ARMS)
        raise SourceError(f"files: {path}, line {_line(tree, first['loc'])}: `{place}`: {words}.") from None


_UNION_ARMS = {"Column", "Input", "str", "int", "float", "bool"}


def _line(tree: yaml.Node | None, place: tuple[int | str, ...]) -> int:
    line = 1
    for step in place:
        if isinstance(tree, yaml.MappingNode):
            found = next(((key, value) for key, value in tree.value if key.value == str(step)), None)
            if found is None:
                continue
            node, tree = found
        elif isinstance(tree, yaml.SequenceNode) and isinstance(step, int):
            node = tree = tree.value[step]
        else:
            continue
        line = node.start_mark.line + 1 if node.start_mark else line
    return line
