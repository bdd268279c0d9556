"""Who is told what at an instant: each cause once a day, all in one message per target, none in quiet hours."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from connectors.config import Company
from connectors.config.alerts import CAUSES, Alerts, Cause
from orchestration.alerts.alert import Alert
from orchestration.alerts.causes import alerts, last_run
from orchestration.alerts.send import NotSentError, calm, send
from orchestration.home import Home
from orchestration.locks import writer_lock
from orchestration.records import read_json, write_json

HEADINGS: dict[Cause, str] = {
    "failed_run": "Failed run",
    "late_run": "Late",
    "failed_gate": "Held back by a gate",
    "source_down": "Source down",
    "goal_off_track": "Goal off track",
    "anomaly": "Unusual value",
}
# A message stays readable; the board has the rest.
MOST_LINES = 20
# What was told so long ago is forgotten; no anomaly is news for so long.
KEPT_DAYS = 400


@dataclass(frozen=True)
class Message:
    """What one target is to be told. `is_held`: it is quiet now. `error`: why it did not go out."""

    target: str
    title: str
    body: str
    alerts: list[Alert] = field(repr=False)
    is_held: bool = False
    error: str | None = None


def deliver(home: Home, company: Company, settings: Alerts, now: datetime, is_dry: bool = False) -> list[Message]:
    """Sends what is due; what was not sent carries its error and is tried again the next time. Dry: only says it."""
    if not settings.targets:
        return []
    local = now.astimezone(ZoneInfo(company.time_zone))
    is_quiet = settings.quiet_hours is not None and settings.quiet_hours.holds(local)
    found = alerts(home, company, now)
    with writer_lock(_file(home), "alerts"):
        messages = [
            Message(name, _title(company, due), _body(home, settings, due), due, is_quiet)
            for name, target in settings.targets.items()
            if (due := list(_due(found, target.causes, target.persona, _told(home, name), local.date())))
        ]
        if is_dry or is_quiet:
            return messages
        return [_sent(home, message, local) for message in messages]


def last_failure(home: Home) -> dict[str, Any]:
    """`target`, `at` (ISO text) and `says` of messages that did not go out, by target; empty while all do."""
    return read_json(home.alerts / "failures.json")


def _due(
    found: Sequence[Alert], causes: Sequence[Cause], persona: str | None, told: dict[str, str], today: date
) -> Iterator[Alert]:
    for alert in found:
        is_theirs = alert.cause in causes and (not persona or not alert.personas or persona in alert.personas)
        last = told.get(_id(alert))
        is_new = last is None or (
            alert.repeat_days is not None and date.fromisoformat(last) + timedelta(days=alert.repeat_days) <= today
        )
        if is_theirs and is_new:
            yield alert


def _sent(home: Home, message: Message, local: datetime) -> Message:
    failures = last_failure(home)
    try:
        send(message.target, message.title, message.body)
    except NotSentError as error:
        failures[message.target] = {"at": local.isoformat(), "says": str(error)}
        write_json(home.alerts / "failures.json", failures)
        return Message(message.target, message.title, message.body, message.alerts, error=str(error))
    told = {**_told(home, message.target), **{_id(alert): local.date().isoformat() for alert in message.alerts}}
    oldest = (local.date() - timedelta(days=KEPT_DAYS)).isoformat()
    everybody = read_json(_file(home)) | {message.target: {key: day for key, day in told.items() if day >= oldest}}
    write_json(_file(home), everybody)
    if failures.pop(message.target, None):
        write_json(home.alerts / "failures.json", failures)
    return message


def _title(company: Company, due: Sequence[Alert]) -> str:
    counts = [(HEADINGS[cause].lower(), sum(alert.cause == cause for alert in due)) for cause in CAUSES]
    return calm(f"{company.name}: " + ", ".join(f"{count} × {name}" for name, count in counts if count))


def _body(home: Home, settings: Alerts, due: Sequence[Alert]) -> str:
    """Plain text: the causes under their headings, then the links."""
    ordered = sorted(due, key=lambda alert: CAUSES.index(alert.cause))
    lines: list[str] = []
    for heading, members in groupby(ordered[:MOST_LINES], key=lambda alert: HEADINGS[alert.cause]):
        lines += [heading, *(f"- {calm(alert.text)}" for alert in members), ""]
    if len(ordered) > MOST_LINES:
        lines += [f"… and {len(ordered) - MOST_LINES} more on the board", ""]
    records = last_run(home)
    if records:
        lines.append(f"Run: {settings.dagster_url}/runs/{records.run_id}")
    lines.append(f"Board: {settings.board_url or f'{settings.dagster_url}/assets/serving/marts'}")
    return "\n".join(lines)


def _id(alert: Alert) -> str:
    return f"{alert.cause}:{alert.key}"


def _told(home: Home, target: str) -> dict[str, str]:
    """When each cause was last told to a target: ISO day of the company, by cause."""
    found: dict[str, str] = read_json(_file(home)).get(target, {})
    return found


def _file(home: Home) -> Path:
    return home.alerts / "told.json"
