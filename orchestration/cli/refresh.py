"""`nyckeltal refresh`: the Dagster job of a cadence, in this process, with a line per source while it runs."""

import logging
import time
from datetime import date
from typing import Any

from rich.text import Text

import connectors
from orchestration import home
from orchestration.building.manifest import ProjectBrokenError
from orchestration.cli import FAILED, WRONG_USAGE
from orchestration.cli.output import complain, err
from orchestration.cli.progress import Progress
from orchestration.clock import clock
from orchestration.home import config_folder
from orchestration.init import initialise
from orchestration.records import Records
from orchestration.recovery.damage import in_words
from orchestration.recovery.migrations import NewerHomeError
from orchestration.run import ClockBackError, clock_on


def refresh(
    cadence: str,
    date_from: str | None,
    date_to: str | None,
    only: list[str],
    as_of: str | None,
    fill_gaps: bool = False,
) -> int:
    """Exit code: 0 all fresh and published, 1 something failed, 2 wrong usage or configuration."""
    console = err()
    try:
        instant = clock(as_of) if as_of else clock_on(home.Home.find())
        _check(date_from, date_to, only, fill_gaps)
    except ClockBackError as error:
        complain(error)
        return FAILED
    except (ValueError, OSError) as error:
        complain(error)
        return WRONG_USAGE
    place = home.Home.find()
    started = time.monotonic()
    with Progress(console, f"{cadence} refresh as of {instant:%Y-%m-%d %H:%M} UTC") as progress:
        progress.say("starting")
        try:
            initialise(place, connectors.sources())
            asked = {"as_of": instant.isoformat(), "date_from": date_from, "date_to": date_to}
            result = execute(cadence, asked, only or None, fill_gaps)
        except (ProjectBrokenError, NewerHomeError) as error:
            complain(error)
            return FAILED
        except Exception as error:
            words = in_words(error)
            if words is None:
                raise
            complain(words)
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


def _check(date_from: str | None, date_to: str | None, only: list[str], fill_gaps: bool) -> None:
    """Wrong usage before anything is loaded; ValueError says what."""
    from connectors.config import read_company

    first, last = (date.fromisoformat(text) if text else None for text in (date_from, date_to))
    if first and last and first > last:
        raise ValueError(f"--from {first} lies after --to {last}: swap them")
    if fill_gaps and (first or last):
        raise ValueError("--gaps finds the days itself: leave out --from and --to")
    if unknown := sorted(set(only) - set(connectors.NAMES)):
        raise ValueError(f"no source is called {', '.join(unknown)}; there are {', '.join(connectors.NAMES)}")
    read_company(config_folder())


def execute(cadence: str, asked: dict[str, str | None], only: list[str] | None = None, fill_gaps: bool = False) -> Any:
    """Runs the job in this process on the instance of DAGSTER_HOME, so that it shows in the UI.

    A range, and days that are missing, concern the KPIs of all classes. `only`: the sources to load; None = all,
    empty = none: what has landed is built and published anew.
    """
    import dagster as dg

    from orchestration.assemble import assemble
    from orchestration.building.manifest import CLASSES
    from orchestration.schedules import BACKFILL, FILL_GAPS, job_name, settings_of

    settings: dict[str, object] = {name: value for name, value in asked.items() if value is not None}
    name = job_name(cadence)
    if fill_gaps or {"date_from", "date_to"} & set(settings):
        name = FILL_GAPS if fill_gaps else BACKFILL
        settings |= {"classes": list(CLASSES), "fill_gaps": fill_gaps, "rebuild": cadence == "full"}
    else:
        settings |= settings_of(cadence)
    job = assemble(connectors.sources(), home.DBT_PROJECT).resolve_job_def(name)
    with dg.DagsterInstance.get() as instance:
        # Dagster's own lines go to its event log; the terminal shows ours.
        logging.getLogger("dagster").setLevel(logging.CRITICAL)
        return job.execute_in_process(
            instance=instance,
            raise_on_error=False,
            asset_selection=_selection(job, only) if only is not None else None,
            run_config={
                "resources": {"run_settings": {"config": settings}},
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
