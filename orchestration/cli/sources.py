"""`nyckeltal sources`: what is configured, until when its data go, and what is missing to configure the rest."""

from dataclasses import asdict
from typing import Any

import duckdb
from rich.text import Text

import connectors
from connectors.common.http import env_name
from connectors.common.source import Source
from connectors.common.sql import quoted
from orchestration.cli.board import source_table
from orchestration.cli.output import out, print_json
from orchestration.home import Home
from orchestration.init import OPS, initialise
from orchestration.loading.unmapped import unmapped as values_without_rule
from orchestration.records import source_status


def sources(as_json: bool) -> int:
    """Always 0: a source that is not configured is no fault."""
    home = Home.find()
    registry = connectors.sources()
    initialise(home, registry)
    known = last_known(home)
    rows = [_row(source, known.get(source.name, {}), home) for source in registry.values()]
    if as_json:
        print_json(rows)
        return 0
    out().print(source_table([(row, to_set(registry[row["source"]])) for row in rows]))
    return 0


def unmapped(as_json: bool) -> int:
    """Always 0: what is not mapped yet is counted all the same."""
    home = Home.find()
    registry = connectors.sources()
    initialise(home, registry)
    found = values_without_rule(home, tuple(registry))
    if as_json:
        print_json([asdict(item) for item in found])
        return 0
    if not found:
        out().print("Every channel, campaign type and lifecycle stage is known.")
    for item in found:
        since = f", first seen {item.first_seen}" if item.first_seen else ""
        out().print(Text(f"{item.source} {item.field}: {item.value}", style="bold"), soft_wrap=True)
        out().print(Text(f"  {item.rows:,} rows{since}; counts as {item.counts_as}"), soft_wrap=True)
        out().print(Text(f"  add to {item.file}: {item.line}"), soft_wrap=True)
    return 0


def to_set(source: Source) -> str:
    """The variables that a source still needs, in words; empty where it needs none."""
    needed = ", ".join(env_name(source.name, setting.name) for setting in source.missing_settings())
    given = source.given_settings()
    if not source.one_of or any(given.issuperset(names) for names in source.one_of):
        return needed
    ways = " or ".join(" + ".join(env_name(source.name, name) for name in names) for names in source.one_of)
    return f"{needed}, and either {ways}" if needed else ways


def last_known(home: Home) -> dict[str, dict[str, Any]]:
    """`source_status` as the last run left it, by source."""
    with duckdb.connect(":memory:") as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute(f"attach '{quoted(home.landing(OPS.name))}' as ops (read_only)")
        cursor = connection.execute("select * from ops.raw_ops.source_status")
        names = [column[0] for column in cursor.description or []]
        return {row[0]: dict(zip(names, row, strict=True)) for row in cursor.fetchall()}


def _row(source: Source, known: dict[str, Any], home: Home) -> dict[str, Any]:
    status = source_status(home.runs, source.name)
    return {
        "source": source.name,
        "title": source.title,
        "is_configured": source.is_configured,
        "missing_settings": [env_name(source.name, setting.name) for setting in source.missing_settings()],
        "last_load_at": status.get("last_load_at"),
        "data_until": known.get("data_until"),
        "provisional_from": known.get("provisional_from"),
        "row_count": known.get("row_count"),
        "last_error": status.get("last_error"),
    }
