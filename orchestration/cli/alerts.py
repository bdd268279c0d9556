"""`nyckeltal alerts`: tells what is due now, or only says what would be told."""

from dataclasses import asdict

from rich.text import Text

from connectors.config import ConfigError, read_company
from connectors.config.alerts import read_alerts
from orchestration.alerts.deliver import Message, deliver
from orchestration.cli import FAILED, WRONG_USAGE
from orchestration.cli.output import complain, out, print_json
from orchestration.clock import clock
from orchestration.home import Home, config_folder


def alerts(is_dry: bool, as_json: bool) -> int:
    """Exit code 1 when a message did not go out, 2 for a wrong configuration."""
    folder = config_folder()
    try:
        company, settings = read_company(folder), read_alerts(folder)
        messages = deliver(Home.find(), company, settings, clock(), is_dry)
    except (ConfigError, ValueError) as error:
        complain(error)
        return WRONG_USAGE
    if as_json:
        print_json([_row(message, is_dry) for message in messages])
    elif not settings.targets:
        out().print("There are no targets yet: write some in alerts.yml (docs/alerts.md).")
    elif not messages:
        out().print("There is nothing to tell.")
    else:
        _print(messages, is_dry)
    return FAILED if any(message.error for message in messages) else 0


def _row(message: Message, is_dry: bool) -> dict[str, object]:
    rows = [{**asdict(alert), "personas": sorted(alert.personas)} for alert in message.alerts]
    state = _state(message, is_dry)
    return {"target": message.target, "state": state, "title": message.title, "alerts": rows, "error": message.error}


def _state(message: Message, is_dry: bool) -> str:
    if message.error:
        return "failed"
    return "held" if message.is_held else "due" if is_dry else "sent"


def _print(messages: list[Message], is_dry: bool) -> None:
    words = {"failed": "could not be told", "held": "quiet hours: waits", "due": "would be told", "sent": "told"}
    for message in messages:
        state = _state(message, is_dry)
        style = "red" if state == "failed" else "green" if state == "sent" else "dim"
        out().print(Text.assemble((message.target, "bold"), "  ", (words[state], style)))
        out().print(Text(message.error or f"{message.title}\n{message.body}\n"))
