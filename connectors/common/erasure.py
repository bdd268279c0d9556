"""People who are to be forgotten: what names them is replaced before it lands, whatever the vendor still sends.

The list of them holds no address and no hash of one: a tombstone is a digest of the keyed hash (or of the vendor's id),
and beside it stands the random value that takes its place everywhere, so that an order stays that of one and the same
person, whom nobody can tell.
"""

import hashlib
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from connectors.common.table import Table

SALT = "nyckeltal erased"
# Kinds that mean the same in every source; an id means something in its source alone.
HASHES = ("email", "phone", "member")
_SCHEMA = pa.schema([("tombstone", pa.string()), ("substitute", pa.string())])


def tombstone(kind: str, value: str) -> str:
    """What is kept of a value that must not be known any more; `kind` as `kind_of` gives it."""
    return hashlib.sha256(f"{SALT} {kind}:{value}".encode()).hexdigest()


def kind_of(source: str, kind: str) -> str:
    """`email`, or `shopify customer`: 17 may be a customer of the one and a contact of the other."""
    return kind if kind in HASHES else f"{source} {kind}"


@dataclass(frozen=True)
class Erased:
    """Tombstone → what stands in the value's place."""

    substitutes: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, file: Path) -> "Erased":
        """Nobody, where there is no file."""
        if not file.exists():
            return cls()
        rows = pq.read_table(file, schema=_SCHEMA)
        return cls(dict(zip(rows["tombstone"].to_pylist(), rows["substitute"].to_pylist(), strict=True)))

    def write(self, file: Path) -> None:
        """The caller sees to it that nobody reads half of it."""
        pq.write_table(self.rows(), file)

    def rows(self) -> pa.Table:
        """The list as a table of `tombstone` and `substitute`."""
        pairs = {"tombstone": list(self.substitutes), "substitute": list(self.substitutes.values())}
        return pa.table(pairs, schema=_SCHEMA)

    def add(self, values: Iterable[tuple[str, str]]) -> "Erased":
        """With these (kind, value) pairs, too; who is on the list keeps the substitute."""
        new = {tombstone(kind, value): _substitute(kind) for kind, value in values}
        return Erased({**new, **self.substitutes})

    def merge(self, other: "Erased") -> "Erased":
        """Both lists; where both know a person this one's substitute counts."""
        return Erased({**other.substitutes, **self.substitutes})

    def apply(self, source: str, table: Table, batch: pa.Table) -> pa.Table:
        """The batch with every erased value of its personal columns replaced."""
        if not self.substitutes:
            return batch
        for column, kind in table.people.items():
            batch = self._column(batch, column, kind_of(source, kind), table.people_where)
        return batch

    def _column(self, batch: pa.Table, column: str, kind: str, where: tuple[str, str] | None) -> pa.Table:
        found = {
            value: self.substitutes[mark]
            for value in batch[column].unique().to_pylist()
            if value is not None and (mark := tombstone(kind, value)) in self.substitutes
        }
        if not found:
            return batch
        concerned = [value == where[1] for value in batch[where[0]].to_pylist()] if where else [True] * len(batch)
        replaced = [
            found.get(value, value) if is_concerned else value
            for value, is_concerned in zip(batch[column].to_pylist(), concerned, strict=True)
        ]
        number = batch.column_names.index(column)
        return batch.set_column(number, batch.schema.field(number), pa.array(replaced, pa.string()))


def _substitute(kind: str) -> str:
    """Looks like what it replaces: checks of shape and joins stay as they were."""
    return secrets.token_hex(32) if kind in HASHES else f"erased-{secrets.token_hex(10)}"
