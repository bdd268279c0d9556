"""A persona's report by mail: once a period of its board, and again until it went out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from connectors.config.alerts import Alerts, Report
from orchestration.alerts.send import NotSentError, send_mail
from orchestration.home import Home
from orchestration.locks import writer_lock
from orchestration.records import read_json, write_json


@dataclass(frozen=True)
class Delivery:
    """One report to one target. `error`: why it did not go out; it is tried again after the next refresh."""

    persona: str
    target: str
    error: str | None = None


def send_reports(home: Home, settings: Alerts, cadences: Sequence[str], now: datetime) -> list[Delivery]:
    """Sends the reports of the personas whose cadence it is, and those that did not go out before; none twice a period.

    Never raises for a report that cannot be made or sent.
    """
    if not settings.reports:
        return []
    with writer_lock(_file(home), "reports"):
        return [
            delivery
            for persona, report in settings.reports.items()
            for target in report.targets
            if (delivery := _deliver(home, persona, report, target, cadences, now))
        ]


def unsent(home: Home) -> dict[str, dict[str, Any]]:
    """`says` and `at` (ISO text) of reports that did not go out, by persona and target."""
    return {key: state for key, state in read_json(_file(home)).items() if state.get("says")}


def _deliver(
    home: Home, persona: str, report: Report, target: str, cadences: Sequence[str], now: datetime
) -> Delivery | None:
    """None where nothing is due."""
    from dashboards.report import last_period, personas_due, report_message
    from orchestration.cli.marts import open_marts

    states = read_json(_file(home))
    key = f"{persona}:{target}"
    state = states.get(key, {})
    try:
        with open_marts(home.marts) as marts:
            is_due = state.get("says") or any(persona in personas_due(marts, cadence) for cadence in cadences)
            period = last_period(marts, persona) if is_due else None
        if period is None or period == state.get("sent"):
            return None
        send_mail(target, report_message(home, persona, report.language))
        states[key] = {"sent": period}
        delivery = Delivery(persona, target)
    except Exception as error:  # noqa: BLE001  a report is no reason to fail a run; whatever it is, the file says it
        says = str(error) if isinstance(error, NotSentError) else f"it could not be made ({type(error).__name__})"
        states[key] = state | {"says": f"the {persona}'s report did not go out: {says}", "at": now.isoformat()}
        delivery = Delivery(persona, target, says)
    write_json(_file(home), states)
    return delivery


def _file(home: Home) -> Path:
    return home.alerts / "reports.json"
