"""The gate between a source's private file and what everybody reads."""

from datetime import date
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

import duckdb

from connectors.common.source import Source
from connectors.common.sql import quoted
from connectors.common.table import Table
from orchestration.quality import generic
from orchestration.quality.runner import validate
from orchestration.quality.suite import Days, Rule, Unique, Volume
from orchestration.records import GateRecord
from orchestration.run import Run


def landing_gate(run: Run, source: Source, date_from: date, date_to: date) -> GateRecord:
    """Looks at the days that are to be promoted. Raises GateBrokenError when a check cannot run."""
    days = Days(date_from, date_to, run.last_day)
    file = run.home.state(source.name)
    counts = _counts(file, source, days)
    special = _special(source.name)
    filled = [table for table in source.tables if counts[table.name][0]]
    rules: list[Rule] = [
        rule for table in filled for rule in generic.rules(source, table, days, getattr(special, "SIGNED", {}))
    ]
    if special and hasattr(special, "rules"):
        rules += special.rules(days)
    files = {"state": file}
    if run.home.landing(source.name).exists():
        files["landing"] = run.home.landing(source.name)
        # Days asked for by hand are taken as they come: that is how a person lets an emptied day through.
        by_hand = (run.date_from, run.date_to) if run.date_from or run.date_to else None
        rules += [found for table in source.tables if (found := generic.no_day_is_gone(source, table, days, by_hand))]
        rules += [found for table in source.tables if not by_hand and (found := generic.not_shrunk(source, table))]
    unique = [Unique(table.name, generic.looked_at(source, table, days), table.primary_key) for table in filled]
    volumes = [found for table in source.tables if (found := _volume(source, table, days, counts[table.name]))]
    return GateRecord(f"landing.{source.name}", validate(files, [*unique, *volumes], rules))


def _special(source: str) -> ModuleType | None:
    """What only this source knows, if anything."""
    name = f"orchestration.quality.{source}"
    return import_module(name) if find_spec(name) else None


def _counts(file: Path, source: Source, days: Days) -> dict[str, tuple[int, int]]:
    """Per table the rows looked at, and the rows of the four weeks before (0 for tables without a day)."""
    parts = []
    for table in source.tables:
        column = generic.day_column(table)
        before = (
            f"(select count(*) from {generic.relation(source, table)} where {column} >= date '{days.date_from}' - "
            f"{generic.HISTORY_DAYS} and {column} < date '{days.date_from}')"
            if column
            else "0"
        )
        parts.append(
            f"select '{table.name}', (select count(*) from ({generic.looked_at(source, table, days)})), {before}"
        )
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"attach '{quoted(file)}' as state (read_only)")
        connection.execute("use state")
        return {row[0]: (row[1], row[2]) for row in connection.execute(" union all ".join(parts)).fetchall()}


def _volume(source: Source, table: Table, days: Days, counts: tuple[int, int]) -> Volume | None:
    _, before = counts
    # A single day may be a holiday or not yet complete: only a few days together say something.
    if before < generic.LEAST_HISTORY_ROWS or days.count < 3:
        return None
    usual = before / generic.HISTORY_DAYS * days.count
    return Volume(
        table.name,
        generic.looked_at(source, table, days),
        int(usual * generic.LEAST_SHARE),
        int(usual * generic.MOST_SHARE) + 1,
    )
