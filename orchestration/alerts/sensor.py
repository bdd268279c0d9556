"""Dagster's part of the alerts: it notes what failed in a run, and looks every few minutes what is to be told."""

import logging
from collections.abc import Iterable

import dagster as dg

from connectors.config import read_company
from connectors.config.alerts import read_alerts
from orchestration.alerts.deliver import Message, deliver
from orchestration.clock import clock
from orchestration.home import Home, config_folder
from orchestration.records import Outcome, Records
from orchestration.recovery.damage import place_in_words

logger = logging.getLogger("nyckeltal.run")

SECONDS = 120


@dg.sensor(
    name="alerts",
    minimum_interval_seconds=SECONDS,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Tells the targets of alerts.yml what fails, is late or goes wrong.",
)
def alerts_sensor(context: dg.SensorEvaluationContext) -> dg.SkipReason:
    messages = tell(Home.find())
    return dg.SkipReason("; ".join(map(_said, messages)) or "nothing to tell")


@dg.run_failure_sensor(
    name="failed_runs",
    minimum_interval_seconds=60,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Notes in the run's records which steps failed, for the alerts.",
)
def failed_runs_sensor(context: dg.RunFailureSensorContext) -> None:
    steps = [event.step_failure_data for event in context.get_step_failure_events()]
    note_failure(Home.find(), context.dagster_run.run_id, [sentence(step) for step in steps])


def note_failure(home: Home, run_id: str, reasons: Iterable[str]) -> None:
    """Keeps why a run failed, unless its last step has said already how it ended."""
    records = Records(home.runs, run_id)
    if records.folder.exists() and records.outcome() is None:
        records.write_outcome(Outcome("failed", tuple(reasons) or ("it was stopped",)))


def sentence(failure: object) -> str:
    """What a step failed with, without its stack."""
    told = getattr(failure, "user_failure_data", None)
    if told and told.description:
        return str(told.description)
    error = getattr(failure, "error", None)
    while error and error.cause:
        error = error.cause
    words = " ".join(str(error.message).split())[:500] if error else "a step failed"
    return place_in_words(words) or words


def tell(home: Home) -> list[Message]:
    """Tells what is due now. Never raises: that nobody could be told is no reason to fail a run."""
    try:
        folder = config_folder()
        return deliver(home, read_company(folder), read_alerts(folder), clock())
    except (ValueError, OSError) as error:  # a ConfigError is a ValueError; `nyckeltal doctor` says it, too
        logger.warning("alerts: nobody was told: %s", error)
        return []


def _said(message: Message) -> str:
    state = "held back" if message.is_held else message.error or "told"
    return f"{message.target}: {len(message.alerts)} {state}"
