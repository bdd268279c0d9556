"""dlt resources that state how a reload replaces what was there.

All yield Arrow tables of the declared schema. A day that comes back empty must be emptied, which dlt's delete-insert
does not do by itself: each reloaded window value gets a tombstone row whose `is_tombstone` carries the `hard_delete`
hint, so that the old rows go and the tombstone itself never lands.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import dlt
import pyarrow as pa
from dlt.extract import DltResource

from connectors.common.table import Reload, Table

TOMBSTONE = "is_tombstone"
ROWS_AT_ONCE = 50_000
Batches = Callable[[], Iterable[pa.Table]]


def resource(table: Table, batches: Batches, cleared: Iterable[Any] = ()) -> DltResource:
    """The dlt resource of a declared table.

    `batches` gives Arrow tables of `table.schema`. `cleared`: for WINDOW tables the window values (days, period ids,
    with a scope pairs of scope and value) that this load replaces, whether or not rows come back; for tables with
    `children_of` the parents asked for again. It is read after the batches.
    """
    return dlt.resource(
        _rows(table, batches, cleared),
        name=table.name,
        columns=column_hints(table),
        **hints(table),  # type: ignore[arg-type]
    )


def hints(table: Table) -> dict[str, Any]:
    """Disposition and keys for dlt."""
    if table.reload is Reload.REPLACE:
        return {"write_disposition": "replace"}
    merge = {"disposition": "merge", "strategy": "delete-insert"}
    if table.replaced_by:
        return {"write_disposition": merge, "merge_key": list(table.replaced_by)}
    return {"write_disposition": merge, "primary_key": list(table.primary_key)}


def column_hints(table: Table) -> dict[str, Any]:
    """Declared types and nullability, so that an empty table lands with them."""
    columns: dict[str, Any] = {field.name: _column(field) for field in table.schema}
    if has_tombstones(table):
        columns[TOMBSTONE] = {"data_type": "bool", "nullable": True, "hard_delete": True}
    return columns


def has_tombstones(table: Table) -> bool:
    return table.reload is not Reload.REPLACE and bool(table.replaced_by)


def strip_tombstones(table: Table, batch: pa.Table) -> pa.Table:
    """Rows of a yielded batch as they land: without tombstones and their column."""
    if TOMBSTONE not in batch.column_names:
        return batch
    kept = batch.filter(batch[TOMBSTONE].is_null())
    return kept.drop_columns([TOMBSTONE])


def _rows(table: Table, batches: Batches, cleared: Iterable[Any]) -> Iterator[Any]:
    # An empty batch makes an empty table. dlt's own mark for it would add its load id, which a table with rows refuses.
    yield _empty(table)
    if not has_tombstones(table):
        yield from _together(table, batches())
        return
    for batch in _together(table, batches()):
        yield batch.append_column(pa.field(TOMBSTONE, pa.bool_()), pa.nulls(batch.num_rows, pa.bool_()))
    if values := list(cleared):
        yield _tombstones(table, values)


def _together(table: Table, batches: Iterable[pa.Table]) -> Iterator[pa.Table]:
    """Small batches put together: each item costs dlt 10 ms, however small (1,000 pages of orders: 12 s)."""
    waiting: list[pa.Table] = []
    count = 0
    for batch in batches:
        if not batch.num_rows:
            continue
        waiting.append(_checked(table, batch))
        count += batch.num_rows
        if count >= ROWS_AT_ONCE:
            yield pa.concat_tables(waiting).combine_chunks()
            waiting, count = [], 0
    if waiting:
        yield pa.concat_tables(waiting).combine_chunks()


def _empty(table: Table) -> pa.Table:
    empty = table.schema.empty_table()
    return (
        empty.append_column(pa.field(TOMBSTONE, pa.bool_()), pa.nulls(0, pa.bool_()))
        if has_tombstones(table)
        else empty
    )


def _checked(table: Table, batch: pa.Table) -> pa.Table:
    if not batch.schema.equals(table.schema):
        raise ValueError(
            f"table {table.name}: a batch does not have the declared schema:\n{batch.schema}\n{table.schema}"
        )
    return batch


def _tombstones(table: Table, cleared: list[Any]) -> pa.Table:
    keys = table.replaced_by
    named = dict(zip(keys, zip(*cleared, strict=True) if len(keys) > 1 else (cleared,), strict=True))
    columns: list[pa.Array] = []
    for field in table.schema:
        if field.name in named:
            columns.append(pa.array(named[field.name], type=field.type))
        elif field.nullable:
            columns.append(pa.nulls(len(cleared), field.type))
        else:
            columns.append(_filler(field.type, len(cleared)))
    return pa.Table.from_arrays(
        [*columns, pa.array([True] * len(cleared))],
        schema=table.schema.append(pa.field(TOMBSTONE, pa.bool_())),
    )


def _filler(kind: pa.DataType, length: int) -> pa.Array:
    """Any value that is not null: a tombstone never lands."""
    value: Any = "" if pa.types.is_string(kind) else 0
    return pa.array([value] * length, type=kind)


def _column(field: pa.Field) -> dict[str, Any]:
    kind = field.type
    column: dict[str, Any] = {"nullable": field.nullable}
    if pa.types.is_decimal(kind):
        column |= {"data_type": "decimal", "precision": kind.precision, "scale": kind.scale}
    elif pa.types.is_timestamp(kind):
        column |= {"data_type": "timestamp", "timezone": kind.tz is not None, "precision": 6}
    else:
        column["data_type"] = _TYPES[kind]
    return column


_TYPES = {
    pa.string(): "text",
    pa.int64(): "bigint",
    pa.float64(): "double",
    pa.bool_(): "bool",
    pa.date32(): "date",
}
