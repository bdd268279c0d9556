"""What was known when: every publish leaves the measures that changed as a small append-only Parquet file.

`history/vintages/<kind>/<number>.parquet`; of a key that stands in several files the highest number holds, up to the
day that is asked for. A row that went is kept as gone. Files of a month that has ended become one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from connectors.common.sql import quoted
from orchestration.recovery.damage import sound_parquet

GRAINS = ("day", "week", "month", "quarter")
# Finer cells would multiply the files; what a company asks of the past is the whole, its platforms and its channels.
SETS = ("total", "platform", "channel")


@dataclass(frozen=True)
class Kind:
    """One table of vintages. Grain: `key` and vintage. `now`: the query that tells its rows as they stand in the
    warehouse, with `ops_landing` beside it. `needs`: schema and relation without which there is nothing to tell.
    """

    name: str
    key: tuple[str, ...]
    values: tuple[str, ...]
    now: str
    needs: tuple[str, str]


MEASURES = Kind(
    "measures",
    ("measure_id", "attribution_basis", "period_grain", "period_start", "segment_set", "platform", "channel"),
    ("value",),
    f"""
    select measure_id, attribution_basis, period_grain, period_start, segment_set, platform, channel, value
    from measures.measure_values
    where period_grain in {GRAINS} and segment_set in {SETS}
    """,
    ("measures", "measure_values"),
)
QUALITY = Kind(
    "quality",
    ("kpi_id", "kpi_version", "attribution_basis", "period_grain", "period_start", "platform"),
    ("is_missing", "settled_share"),
    f"""
    select
        keys.kpi_id, keys.kpi_version, keys.attribution_basis, periods.period_grain, periods.period_start,
        coalesce(quality.platform, '(all)') as platform,
        coalesce(quality.is_missing, false) or unfed.kpi_no is not null as is_missing,
        coalesce(quality.settled_share, 1) as settled_share
    from kpi.kpi_period_quality as quality
    full join kpi.kpi_unfed as unfed
        on unfed.kpi_no = quality.kpi_no and unfed.period_no = quality.period_no
    inner join kpi.kpi_keys as keys on keys.kpi_no = coalesce(quality.kpi_no, unfed.kpi_no)
    inner join canonical.int_periods as periods
        on periods.period_no = coalesce(quality.period_no, unfed.period_no)
    where periods.period_grain in {GRAINS}
    """,
    ("kpi", "kpi_period_quality"),
)
# Not what the run saw, but until when each source's data went: the age of a day is counted from there.
SOURCES = Kind(
    "sources",
    ("source",),
    ("data_until", "provisional_from"),
    "select source, data_until, provisional_from from ops_landing.raw_ops.source_status where is_configured",
    ("measures", "measure_values"),
)
KINDS = (MEASURES, QUALITY, SOURCES)


def folder_of(history: Path, kind: Kind) -> Path:
    """Where the files of a kind lie."""
    return history / "vintages" / kind.name


def rows_of(files: Sequence[Path]) -> str:
    """SQL that reads all rows of the files."""
    told = ", ".join(f"'{quoted(file)}'" for file in files)
    return f"read_parquet([{told}])"


def known(kind: Kind, files: Sequence[Path], condition: str = "true") -> str:
    """SQL of a kind's rows as the files that fulfil a condition on `known_on` tell them, without those that went."""
    values = ", ".join(f"arg_max_null({name}, vintage) as {name}" for name in kind.values)
    return (
        f"select {', '.join(kind.key)}, {values} from {rows_of(files)} where {condition} "
        f"group by {', '.join(kind.key)} having not arg_max(is_gone, vintage)"
    )


def vintage_files(folder: Path) -> list[Path]:
    """Oldest first."""
    return sorted(folder.glob("[0-9]*.parquet"))


def sound_vintages(connection: duckdb.DuckDBPyConnection, folder: Path) -> list[Path]:
    """The same of those that can be read; the others are set aside. The caller lets nobody else write them."""
    consequence = "what was known by it is gone, and what stands now counts as known from today"
    return sound_parquet(connection, vintage_files(folder), "vintages", consequence)
