"""What there is to tell at an instant, from the runs' records and the published marts."""

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from connectors.config import Company
from orchestration.alerts.alert import Alert
from orchestration.alerts.kpis import kpi_alerts
from orchestration.cli.marts import NothingPublishedError, open_marts
from orchestration.freshness import DEADLINES, missed
from orchestration.home import Home
from orchestration.records import Records, all_runs, published_as_of, source_status

# The gates of a run's own steps; a source's gate is told with the source.
MODEL_GATES = {"dbt": "the tests of the models", "marts": "the marts gate"}


def alerts(home: Home, company: Company, now: datetime) -> list[Alert]:
    """Everything that is so at this instant. What has been mended meanwhile is no longer there."""
    found = [*_runs(home), *_late(home, company, now), *_sources(home)]
    try:
        with open_marts(home.marts) as marts:
            found += kpi_alerts(marts)
    except NothingPublishedError as error:
        if home.marts.exists():
            found.append(Alert("failed_run", "marts", str(error)))
    return found


def last_run(home: Home) -> Records | None:
    """The last run that came to an end; None before the first."""
    return next((records for records in reversed(all_runs(home.runs)) if records.outcome()), None)


def _runs(home: Home) -> Iterator[Alert]:
    """The last run's own steps: its gates, and what else failed in it."""
    records = last_run(home)
    outcome = records.outcome() if records else None
    if records is None or outcome is None:
        return
    failed = [gate for gate in records.gates() if gate.gate in MODEL_GATES and gate.failed]
    for gate in failed:
        first, more = gate.failed[0], len(gate.failed) - 1
        also = f", and {more} more" if more else ""
        words = f"{MODEL_GATES[gate.gate]} found {first.table}: {first.name} ({first.message}){also}"
        yield Alert("failed_gate", gate.gate, f"The new numbers are held back: {words}.")
    if outcome.reasons and not failed:
        yield Alert("failed_run", "run", f"The last run failed: {'; '.join(outcome.reasons[:3])}")


def _late(home: Home, company: Company, now: datetime) -> Iterator[Alert]:
    for name in DEADLINES:
        known = published_as_of(home.runs, name)
        deadline = missed(name, known, now, company.time_zone) if known else None
        if known and deadline:
            since = known.astimezone(ZoneInfo(company.time_zone))
            yield Alert(
                "late_run",
                name,
                f"The {name} KPIs are those of {since:%Y-%m-%d %H:%M}; they were due by {deadline:%Y-%m-%d %H:%M}.",
            )


def _sources(home: Home) -> Iterator[Alert]:
    for file in sorted((home.runs / "status").glob("*.json")):
        known = source_status(home.runs, file.stem)
        says = str(known.get("last_error") or "")
        match known.get("status"):
            case "failed":
                yield Alert("source_down", file.stem, says)
            case "held":
                yield Alert("failed_gate", f"landing.{file.stem}", says)
