"""The command line `nyckeltal`. Exit codes: 0 fine, 1 something failed, 2 wrong usage or config.

Each command imports what it needs when it is called: `board` does not wait for Dagster.
"""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from dotenv import load_dotenv

FAILED, WRONG_USAGE = 1, 2

app = typer.Typer(
    help="Marketing KPIs from every silo: load, compute, validate, publish, show.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,  # locals may hold secrets
)


class Cadence(StrEnum):
    daily = "daily"
    weekly = "weekly"
    monthly = "monthly"
    quarterly = "quarterly"
    full = "full"


class Grain(StrEnum):
    day = "day"
    week = "week"
    month = "month"
    quarter = "quarter"
    week_to_date = "week_to_date"
    month_to_date = "month_to_date"
    quarter_to_date = "quarter_to_date"


class ChangeGrain(StrEnum):
    week = "week"
    month = "month"


class Comparison(StrEnum):
    previous = "previous"
    previous_year = "previous_year"


class Persona(StrEnum):
    executive = "executive"
    manager = "manager"
    specialist = "specialist"


class ReportLanguage(StrEnum):
    en = "en"
    sv = "sv"


class CopyTarget(StrEnum):
    postgres = "postgres"
    parquet = "parquet"


AsJson = Annotated[bool, typer.Option("--json", help="Machine-readable, to standard output.")]


@app.command()
def init() -> None:
    """Makes what is missing: folders, a landing file for every source, a commented configuration."""
    from orchestration.cli.setup import init as run

    run()


@app.command()
def refresh(
    cadence: Annotated[Cadence, typer.Option(help="Which class of KPIs to build.")] = Cadence.daily,
    date_from: Annotated[
        str | None, typer.Option("--from", metavar="DATE", help="First day to load again (default: what restates).")
    ] = None,
    date_to: Annotated[str | None, typer.Option("--to", metavar="DATE", help="Last day to load again.")] = None,
    source: Annotated[
        list[str] | None, typer.Option(help="Load only this source (may be repeated), then build.")
    ] = None,
    as_of: Annotated[
        str | None, typer.Option(metavar="INSTANT", help="The clock, like 2026-03-18T05:30:00+00:00 (default: now).")
    ] = None,
    gaps: Annotated[
        bool, typer.Option("--gaps", help="First load days that never were, and ranges that were interrupted.")
    ] = False,
) -> None:
    """Loads, gates, builds and publishes: the same job that Dagster's schedules run."""
    from orchestration.cli.refresh import refresh as run

    raise typer.Exit(run(cadence.value, date_from, date_to, source or [], as_of, gaps))


@app.command()
def board(
    persona: Annotated[Persona | None, typer.Option(help="Only what this role decides on.")] = None,
    grain: Annotated[Grain | None, typer.Option(help="Period (default: month; a persona's own).")] = None,
    as_json: AsJson = False,
) -> None:
    """The KPIs by stage of the customer journey, from the published marts."""
    from orchestration.cli.board import board as run

    raise typer.Exit(run(persona.value if persona else None, grain.value if grain else None, as_json))


@app.command()
def kpi(
    kpi_id: Annotated[str, typer.Argument(metavar="ID", help="A KPI, like cac_blended.")],
    grain: Annotated[Grain, typer.Option(help="Period.")] = Grain.month,
    date_from: Annotated[str | None, typer.Option("--from", metavar="DATE", help="First period's first day.")] = None,
    date_to: Annotated[str | None, typer.Option("--to", metavar="DATE", help="Last period's first day.")] = None,
    by: Annotated[
        str | None, typer.Option(metavar="DIM,…", help="By channel, country, device, campaign … or a pair.")
    ] = None,
    as_known_on: Annotated[
        str | None,
        typer.Option(metavar="DATE", help="As it was known at the end of that day, beside what is known now."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """One KPI over time, or by a dimension."""
    from orchestration.cli.kpi import kpi as run

    raise typer.Exit(run(kpi_id, grain.value, date_from, date_to, by, as_json, as_known_on))


goals_app = typer.Typer(invoke_without_command=True)
app.add_typer(goals_app, name="goals")


@goals_app.callback()
def goals(context: typer.Context, as_json: AsJson = False) -> None:
    """Where the goals stand: value, pace, target, status; `check` says whether they are well chosen."""
    if context.invoked_subcommand is None:
        from orchestration.cli.goals import goals as run

        raise typer.Exit(run(as_json))


@goals_app.command("check")
def goals_check(as_json: AsJson = False) -> None:
    """Whether goals and boards are specific, measurable, achievable, relevant and time-bound."""
    from orchestration.cli.goals_check import check as run

    raise typer.Exit(run(as_json))


@app.command()
def why(
    kpi_id: Annotated[str, typer.Argument(metavar="ID", help="A KPI, like revenue_net.")],
    grain: Annotated[ChangeGrain, typer.Option(help="Period.")] = ChangeGrain.month,
    period: Annotated[
        str | None, typer.Option(metavar="DATE", help="A day of the period (default: the last complete one).")
    ] = None,
    by: Annotated[
        str | None, typer.Option(metavar="DIM", help="Split by this dimension, not by the leading one.")
    ] = None,
    against: Annotated[Comparison, typer.Option(help="What it is compared with.")] = Comparison.previous,
    as_json: AsJson = False,
) -> None:
    """Why a KPI moved: by segment (values, mix) and by factor."""
    from orchestration.cli.why import why as run

    raise typer.Exit(run(kpi_id, grain.value, period, by, against.value, as_json))


@app.command()
def actions(
    show_all: Annotated[bool, typer.Option("--all", help="Those whose effect has been measured, too.")] = False,
    as_json: AsJson = False,
) -> None:
    """What to do about KPIs that moved: the checks made, the action proposed, and later its effect."""
    from orchestration.cli.actions import actions as run

    raise typer.Exit(run(show_all, as_json))


@app.command()
def dashboards() -> None:
    """Builds the pages of all personas from the published marts."""
    from orchestration.cli.dashboards import dashboards as run

    raise typer.Exit(run())


@app.command()
def publish(
    to: Annotated[CopyTarget, typer.Option(help="The copy to make, as bi.yml describes it.")],
    as_json: AsJson = False,
) -> None:
    """Copies the published marts to PostgreSQL or Parquet; each refresh does the same where bi.yml asks for it."""
    from orchestration.cli.publish import publish as run

    raise typer.Exit(run(to.value, as_json))


bi_app = typer.Typer(help="What BI tools import.", no_args_is_help=True)
app.add_typer(bi_app, name="bi")


@bi_app.command("superset")
def bi_superset(
    to: Annotated[Path, typer.Option("--out", metavar="FILE", help="The zip file to write.")],
    database: Annotated[
        str, typer.Option(metavar="ADDRESS", help="Where Superset finds the marts; without a password.")
    ] = "postgresql+psycopg2://superset@localhost:5432/bi",
) -> None:
    """A Superset bundle: database, datasets, charts and a dashboard, written from the catalogue."""
    from orchestration.cli.superset import superset as run

    raise typer.Exit(run(to, database))


@app.command()
def serve(port: Annotated[int, typer.Option(help="Port on this machine.")] = 8321) -> None:
    """Shows the pages, and dbt docs and Data Docs where they are built, on http://127.0.0.1."""
    from orchestration.cli.serve import serve as run

    raise typer.Exit(run(port))


@app.command()
def report(
    persona: Annotated[Persona, typer.Option(help="Whose report.")],
    to: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Writes the mail, the page attached, as a .eml file.")
    ] = None,
    send: Annotated[
        str | None, typer.Option(metavar="TARGET", help="Sends the mail to this target of alerts.yml.")
    ] = None,
    language: Annotated[ReportLanguage, typer.Option(help="Language of the text.")] = ReportLanguage.en,
) -> None:
    """The five sentences that matter, as text or as a mail with the page."""
    from orchestration.cli.report import report as run

    raise typer.Exit(run(persona.value, language.value, to, send))


@app.command()
def sources(
    unmapped: Annotated[
        bool,
        typer.Option("--unmapped", help="Channels, campaign types and stages that no rule knows, and what to add."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """What is configured, and how it fares."""
    from orchestration.cli.sources import sources as run
    from orchestration.cli.sources import unmapped as run_unmapped

    raise typer.Exit(run_unmapped(as_json) if unmapped else run(as_json))


@app.command()
def doctor(as_json: AsJson = False) -> None:
    """What is wrong, and how to mend it."""
    from orchestration.cli.doctor import doctor as run

    raise typer.Exit(run(as_json))


@app.command()
def alerts(
    is_dry: Annotated[bool, typer.Option("--dry-run", help="Only say what would be told.")] = False,
    as_json: AsJson = False,
) -> None:
    """Tells the targets of alerts.yml what fails, is late or goes wrong; each cause once a day."""
    from orchestration.cli.alerts import alerts as run

    raise typer.Exit(run(is_dry, as_json))


@app.command()
def backup(file: Annotated[Path, typer.Argument(metavar="FILE", help="Packed if its name ends in .gz.")]) -> None:
    """Keeps everything in one file; runs may go on meanwhile."""
    from orchestration.cli.backup import backup as run

    raise typer.Exit(run(file))


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What `backup` wrote.")],
    force: Annotated[bool, typer.Option("--force", help="Replace what is there.")] = False,
) -> None:
    """Puts a backup back, without the people who were erased since."""
    from orchestration.cli.backup import restore as run

    raise typer.Exit(run(file, force))


@app.command()
def erase(
    email: Annotated[str, typer.Option(metavar="ADDRESS", help="Whose (- reads it from standard input).")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: AsJson = False,
) -> None:
    """Forgets a person in everything that is stored, and proves it. Sums and counts stay; there is no way back."""
    from orchestration.cli.erase import erase as run

    raise typer.Exit(run(email, yes, as_json))


@app.command()
def files(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="A file, or a folder of files.")],
    mapping: Annotated[Path | None, typer.Option(help="The mapping to check (YAML).")] = None,
    suggest: Annotated[bool, typer.Option("--suggest", help="Draft a mapping from the data.")] = False,
) -> None:
    """Exports that no API gives: checks a mapping over them, or drafts one."""
    from orchestration.cli.files import files as run

    raise typer.Exit(run(folder, mapping, suggest))


def main() -> None:
    load_dotenv(Path(".env"))  # as `dagster dev` does; what is set already wins
    app()
