"""Declared landing tables: columns, types, keys, and how a reload replaces what was there."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import pyarrow as pa

# The few Arrow types that landing tables use; staging models rely on them.
TEXT = pa.string()
WHOLE = pa.int64()
NUMBER = pa.float64()
FLAG = pa.bool_()
DAY = pa.date32()
INSTANT = pa.timestamp("us", tz="UTC")
MONEY = pa.decimal128(18, 6)
RATE = pa.decimal128(18, 10)


# Columns that name a person, by what kind of name it is; the same word wherever a source lands one.
PEOPLE: Mapping[str, str] = {
    "email_hash": "email",
    "phone_hash": "phone",
    "member_key": "member",
    "contact_id": "contact",
    "customer_id": "customer",
    "member_id": "list member",
    "loser_id": "contact",
    "winner_id": "contact",
    "merged_into_id": "contact",
}


class Reload(StrEnum):
    """How new rows meet the old ones."""

    WINDOW = "window"  # whole days of `window_column` are replaced; a day that comes back empty is emptied
    MERGE = "merge"  # upsert by primary key
    REPLACE = "replace"  # the whole table


@dataclass(frozen=True)
class Table:
    """One landing table. Grain: `primary_key`.

    `window_column` names the DAY column whose days a WINDOW reload replaces; with `window_scope` only those of the same
    scope (the days of one ad account, so that an account that the vendor refuses keeps what was loaded). `children_of`
    names the key column by which a MERGE of this table first deletes all older rows of that parent (order lines of a
    changed order). `is_unrepeatable`: the vendor tells these rows only once (a stock of today): they are kept for ever.
    `also_people`: columns that name a person under another name than those of `PEOPLE` → kind, in the rows where
    `people_where` (column, value) holds.
    """

    name: str
    columns: Mapping[str, pa.DataType]
    primary_key: tuple[str, ...]
    reload: Reload
    window_column: str | None = None
    children_of: str | None = None
    description: str = ""
    not_null: frozenset[str] = field(default=frozenset())
    window_scope: str | None = None
    is_unrepeatable: bool = False
    also_people: Mapping[str, str] = field(default_factory=dict)
    people_where: tuple[str, str] | None = None

    def __post_init__(self) -> None:
        unknown = {*self.primary_key, *self.not_null, *self.replaced_by} - set(self.columns)
        if unknown:
            raise ValueError(f"table {self.name}: no such columns: {sorted(map(str, unknown))}")
        if self.is_unrepeatable and self.reload is not Reload.MERGE:
            raise ValueError(f"table {self.name}: what is told only once is merged by its key, never replaced")
        if (self.reload is Reload.WINDOW) != (self.window_column is not None):
            raise ValueError(f"table {self.name}: `window_column` goes with Reload.WINDOW, and only with it")

    @property
    def replaced_by(self) -> tuple[str, ...]:
        """Columns whose values a reload names: old rows with the same ones go."""
        columns = (self.window_scope, self.window_column, self.children_of)
        return tuple(name for name in columns if name is not None)

    @property
    def people(self) -> dict[str, str]:
        """Columns that name a person → kind of name."""
        return {name: kind for name, kind in PEOPLE.items() if name in self.columns} | dict(self.also_people)

    @property
    def schema(self) -> pa.Schema:
        """Arrow schema; key and window columns are not nullable, as dlt makes them."""
        required = {*self.primary_key, *self.not_null, *self.replaced_by}
        return pa.schema([pa.field(name, kind, nullable=name not in required) for name, kind in self.columns.items()])

    def batch(self, columns: Mapping[str, object]) -> pa.Table:
        """An Arrow table of this shape from `{column: values}`; a missing column is null.

        Raises `pa.ArrowInvalid` or `pa.ArrowTypeError` when values do not fit the declared type.
        """
        unknown = set(columns) - set(self.columns)
        if unknown:
            raise ValueError(f"table {self.name}: no such columns: {sorted(unknown)}")
        length = len(next(iter(columns.values()))) if columns else 0  # type: ignore[arg-type]
        arrays = [
            _array(columns[name], kind) if name in columns else pa.nulls(length, kind)
            for name, kind in self.columns.items()
        ]
        return pa.Table.from_arrays(arrays, schema=self.schema)

    def rows(self, rows: list[dict[str, object]]) -> pa.Table:
        """The same from row dictionaries; for small or ragged resources."""
        return self.batch({name: [row.get(name) for row in rows] for name in self.columns})


def _array(values: Any, kind: pa.DataType) -> pa.Array:
    if isinstance(values, pa.ChunkedArray):
        values = values.combine_chunks()
    if isinstance(values, pa.Array):
        return values if values.type == kind else values.cast(kind)
    return pa.array(values, type=kind)
