"""`python -m connectors.<source>`: loads a sample without Dagster."""

import argparse
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
from dotenv import load_dotenv
from rich.console import Console
from rich.table import Table as View

from connectors.common.errors import SourceError
from connectors.common.http import env_name
from connectors.common.privacy import load_hasher
from connectors.common.run import dataset_name, load, plan_load
from connectors.common.source import Source


def main(source: Source, arguments: list[str] | None = None) -> int:
    """Loads the source into a DuckDB file and prints the rows; exit 1 on a vendor's error, 2 when not configured."""
    parser = argparse.ArgumentParser(
        prog=f"python -m connectors.{source.name}", description=f"Loads {source.title} into a DuckDB file."
    )
    parser.add_argument(
        "--file", type=Path, default=Path(f"{source.name}.duckdb"), help="DuckDB file (default %(default)s)"
    )
    parser.add_argument(
        "--from",
        dest="date_from",
        type=date.fromisoformat,
        help="first day, YYYY-MM-DD (default: 7 days back)",
    )
    parser.add_argument("--to", dest="date_to", type=date.fromisoformat, help="last day (default: yesterday)")
    parser.add_argument(
        "--as-of", type=datetime.fromisoformat, default=datetime.now(UTC), help="the clock (default: now)"
    )
    options = parser.parse_args(arguments)
    console = Console(stderr=True)
    if missing := source.missing_settings():
        for item in missing:
            console.print(
                f"{source.name}: `{item.name}` is not set ({item.description}). Set {env_name(source.name, item.name)}."
            )
        return 2
    as_of = options.as_of if options.as_of.tzinfo else options.as_of.replace(tzinfo=UTC)
    yesterday = as_of.date() - timedelta(days=1)
    date_from = options.date_from or min(options.date_to or yesterday, yesterday) - timedelta(days=6)
    plan = plan_load(source, options.file, as_of, yesterday, date_from, date_from, options.date_to)
    try:
        with console.status(f"{source.title}: {plan.window.date_from} to {plan.window.date_to}"):
            result = load(source, options.file, plan, as_of, load_hasher())
    except SourceError as error:
        console.print(f"[red]failed[/red] {error}", highlight=False)
        return 1
    view = View("table", "rows now", title=f"{source.title} → {options.file}")
    with duckdb.connect(str(options.file), read_only=True) as connection:
        for table in source.tables:
            count = connection.execute(f"select count(*) from {dataset_name(source)}.{table.name}").fetchall()[0][0]
            view.add_row(table.name, f"{count:,}")
    Console().print(view)
    if not result.is_changed:
        console.print("nothing has changed since the last load")
    return 0


def run(source: Source) -> None:
    load_dotenv(Path(".env"))  # what is set already wins
    sys.exit(main(source))
