"""`nyckeltal refresh`: the Dagster job of a cadence, in this process, with a line per source while it runs."""

import logging
import time
from datetime import date
from typing import Any

from rich.text import Text

import connectors
from orchestration import home
from orchestration.cli import FAILED, WRONG_USAGE
from orchestration.cli.output import complain, err
from orchestration.cli.progress import Progress
from orchestration.clock import clock
from orchestration.home import config_folder
from orchestration.init import initialise
from orchestration.manifest import ProjectBrokenError
from orchestration.migrations import NewerHomeError
from orchestration.records import Records


def refresh(cadence: str, date_from: str | None, date_to: str | None, only: list[str], as_of: str | None) -> int:
    """Exit code: 0 all fresh and published, 1 something failed, 2 wrong usage or configuration."""
    console = err()
    try:
        instant = clock(as_of)
        _check(date_from, date_to, only)
    except (ValueError, OSError) as error:
        complain(error)
        return WRONG_USAGE
    place = home.Home.find()
    started = time.monotonic()
    with Progress(console, f"{cadence} refresh as of {instant:%Y-%m-%d %H:%M} UTC") as progress:
        progress.say("starting")
        try:
            initialise(place, connectors.sources())
            result = execute(cadence, instant.isoformat(), date_from, date_to, only or None)
        except (ProjectBrokenError, NewerHomeError) as error:
            complain(error)
            return FAILED
    records = Records(place.runs, result.run_id)
    reasons = _reasons(result, records)
    _tell(place, result, records, console)
    seconds = time.monotonic() - started
    if reasons:
        for reason in reasons:
            console.print(Text.assemble(("● ", "red"), reason), soft_wrap=True)
        console.print(f"[red]Not all is fresh[/red] after {seconds:.0f} s; run {result.run_id}")
        return FAILED
    console.print(f"[green]Fresh and published[/green] in {seconds:.0f} s; run {result.run_id}")
    return 0


def _check(date_from: str | None, date_to: str | None, only: list[str]) -> None:
    """Wrong usage before anything is loaded; ValueError says what."""
    from connectors.config import read_company

    first, last = (date.fromisoformat(text) if text else None for text in (date_from, date_to))
    if first and last and first > last:
        raise ValueError(f"--from {first} lies after --to {last}: swap them")
    if unknown := sorted(set(only) - set(connectors.NAMES)):
        raise ValueError(f"no source is called {', '.join(unknown)}; there are {', '.join(connectors.NAMES)}")
    read_company(config_folder())


def execute(
    cadence: str, as_of: str, date_from: str | None = None, date_to: str | None = None, only: list[str] | None = None
) -> Any:
    """Runs the job in this process on the instance of DAGSTER_HOME, so that it shows in the UI.

    `only`: the sources to load; None = all, empty = none: what has landed is built and published anew.
    """
    import dagster as dg

    from orchestration.assemble import assemble
    from orchestration.schedules import job_name

    settings = {"as_of": as_of, "date_from": date_from, "date_to": date_to, "rebuild": cadence == "full"}
    job = assemble(connectors.sources(), home.DBT_PROJECT).resolve_job_def(job_name(cadence))
    with dg.DagsterInstance.get() as instance:
        # Dagster's own lines go to its event log; the terminal shows ours.
        logging.getLogger("dagster").setLevel(logging.CRITICAL)
        return job.execute_in_process(
            instance=instance,
            raise_on_error=False,
            asset_selection=_selection(job, only) if only is not None else None,
            run_config={
                "resources": {"run_settings": {"config": {k: v for k, v in settings.items() if v is not None}}},
                "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
            },
        )


def _selection(job: Any, only: list[str]) -> list[Any]:
    """All assets of the job but the tables of the sources that are not to be loaded."""
    others = set(connectors.NAMES) - set(only)
    return [key for key in job.asset_layer.selected_asset_keys if key.path[0] not in others]


def _reasons(result: Any, records: Records) -> list[str]:
    """One sentence for each thing that failed."""
    from orchestration.alerts.sensor import sentence

    reasons = [load.error for load in records.loads() if load.error]
    if result.success or (reasons and _failed_steps(result) == {"serving__run_outcome"}):
        return reasons
    for event in result.all_events:
        if event.is_step_failure and event.step_key != "serving__run_outcome":
            reasons.append(sentence(event.step_failure_data))
    return reasons or ["the run failed; see it in the Dagster UI (`make dev`)"]


def _tell(place: home.Home, result: Any, records: Records, console: Any) -> None:
    """Alerts of this run go out now; without a daemon nobody else would send them."""
    from orchestration.alerts.sensor import note_failure, sentence, tell

    failed = (event.step_failure_data for event in result.all_events if event.is_step_failure)
    if not result.success:
        note_failure(place, records.run_id, map(sentence, failed))
    for message in tell(place):
        if message.error:
            console.print(Text.assemble(("● ", "yellow"), message.error), soft_wrap=True)


def _failed_steps(result: Any) -> set[str]:
    return {event.step_key for event in result.all_events if event.is_step_failure}
