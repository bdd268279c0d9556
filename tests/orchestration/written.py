"""Published marts that are written by hand."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

Table = list[dict[str, Any]]


def publish(home: Path, tables: Mapping[str, Table]) -> None:
    """Writes these tables as the marts of a home; a table without rows is not there."""
    file = home / "serving" / "marts.duckdb"
    file.parent.mkdir(exist_ok=True)
    file.unlink(missing_ok=True)
    with duckdb.connect(str(file)) as connection:
        for name, rows in tables.items():
            if rows:
                frame = pd.DataFrame(rows)  # noqa: F841  read by name below
                connection.execute(f"create table {name} as select * from frame")
        connection.execute("create table if not exists source_status (source varchar, is_configured boolean)")
