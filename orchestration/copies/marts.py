"""What is copied: the tables of one published marts.duckdb, with what their columns mean, streamed as Arrow batches."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from orchestration.building.manifest import Project
from orchestration.cli.marts import Marts, open_marts
from orchestration.serving.publish import DATA_QUALITY, PUBLISH_INFO

BATCH_ROWS = 65_536


class CopyFailedError(Exception):
    """The marts could not be copied; one sentence that says why and what to do, without any address."""


@dataclass(frozen=True)
class Copied:
    """What a copy came to: `rows` of the tables that were written; `unchanged` ones held just this already."""

    run_id: str
    rows: dict[str, int]
    unchanged: tuple[str, ...]


@dataclass(frozen=True)
class Column:
    """`kind`: the DuckDB type, one of publish's plain ones."""

    name: str
    kind: str
    description: str


@dataclass(frozen=True)
class Table:
    """A published table as it lies in the file."""

    name: str
    description: str
    columns: tuple[Column, ...]


@dataclass(frozen=True)
class Published:
    """One publish, whole: everything that is read through it is of `run_id`."""

    marts: Marts
    run_id: str
    tables: tuple[Table, ...]

    def rows(self, table: Table, without_nul: bool = False) -> pa.RecordBatchReader:
        """A table's rows in batches. `without_nul`: of texts, which PostgreSQL refuses otherwise."""
        columns = [
            f"replace({column.name}, chr(0), '') as {column.name}"
            if without_nul and column.kind == "VARCHAR"
            else column.name
            for column in table.columns
        ]
        # A cursor each: DuckDB streams one answer per connection at a time.
        cursor = self.marts.connection.cursor()
        return cursor.sql(f"select {', '.join(columns)} from m.main.{table.name}").to_arrow_reader(BATCH_ROWS)

    def fingerprint(self, table: Table) -> tuple[str, int]:
        """Text that changes with columns, rows or DuckDB's hash function, not with the order of rows; and the rows."""
        count, total, mixed = self.marts.connection.execute(
            f"select count(*), sum(hash(counted)), bit_xor(hash(counted)) from m.main.{table.name} as counted"
        ).fetchall()[0]
        columns = ",".join(f"{column.name} {column.kind}" for column in table.columns)
        return f"{duckdb.__version__}:{count}:{total}:{mixed}:{columns}", int(count)


@contextmanager
def open_published(file: Path, project: Project) -> Iterator[Published]:
    """The file as it is now, to the end of the block. Raises NothingPublishedError if there is none."""
    with open_marts(file) as marts:
        marts.connection.execute("set timezone = 'UTC'")
        yield Published(marts, str(marts.info()["run_id"]), tuple(_tables(marts, project)))


def _tables(marts: Marts, project: Project) -> Iterator[Table]:
    told = _descriptions(project)
    found: dict[str, list[Column]] = {}
    for row in marts.rows(
        "select table_name, column_name, data_type from duckdb_columns() where database_name = 'm' "
        "order by table_name, column_index"
    ):
        name = row["table_name"]
        description = told.get(name, {}).get(row["column_name"], "")
        found.setdefault(name, []).append(Column(row["column_name"], row["data_type"], description))
    for name, columns in found.items():
        yield Table(name, told.get(name, {}).get("", ""), tuple(columns))


def _descriptions(project: Project) -> dict[str, dict[str, str]]:
    """By table and column, the table's own under an empty name."""
    told = {
        node["alias"]: {
            "": _line(node["description"]),
            **{name: _line(column["description"]) for name, column in node["columns"].items()},
        }
        for node in project.published
    }
    made = {
        "data_quality": ("One row per gate, check and run, of the last runs.", DATA_QUALITY),
        "publish_info": ("One row: which run published these tables, and until when their data go.", PUBLISH_INFO),
    }
    for name, (description, schema) in made.items():
        told[name] = {"": description, **{field.name: field.metadata[b"description"].decode() for field in schema}}
    return told


def _line(text: str) -> str:
    return " ".join(text.split())
