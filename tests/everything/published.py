"""Published tables, and what two publications of equal data may differ in."""

from collections.abc import Collection
from pathlib import Path

import duckdb
import pandas as pd

# Tables and columns that tell one run from another, and say nothing of the company.
OF_THE_RUN = {"data_quality", "publish_info"}
RUN_COLUMNS = ["loaded_at", "last_load_at"]
# KPIs that know more after two loads than after one: Instagram tells its followers of the present day alone.
OF_SNAPSHOTS = {"followers_gained", "social_engagement_rate_by_followers"}


def table(marts: Path, name: str) -> pd.DataFrame:
    """A published table."""
    with duckdb.connect(":memory:") as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute(f"attach '{marts}' as marts (read_only)")
        return connection.execute(f"select * from marts.{name}").df()


def tables(marts: Path) -> list[str]:
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"attach '{marts}' as marts (read_only)")
        rows = connection.execute("select table_name from duckdb_tables() where database_name = 'marts'").fetchall()
    return sorted(row[0] for row in rows)


def assert_equal_marts(one: Path, other: Path, besides: Collection[str] = (), kpis: Collection[str] = ()) -> None:
    """Every published table is equal, but for the tables `besides` and rows of the KPIs `kpis`; numbers to 1e-9."""
    assert tables(one) == tables(other)
    for name in tables(one):
        if name not in OF_THE_RUN and name not in besides:
            left, right = (_comparable(table(marts, name), kpis) for marts in (one, other))
            pd.testing.assert_frame_equal(left, right, obj=name, rtol=1e-9, atol=1e-9)


def _comparable(frame: pd.DataFrame, kpis: Collection[str]) -> pd.DataFrame:
    kept = frame.drop(columns=RUN_COLUMNS, errors="ignore")
    if kpis and "kpi_id" in kept:
        kept = kept[~kept["kpi_id"].isin(list(kpis))]
    exact = [str(name) for name in kept if not pd.api.types.is_float_dtype(kept[name])]
    return kept.sort_values(exact, ignore_index=True)
