"""What a refresh shows while it runs: one line per finished step, and what is at work now."""

import logging
import time
from types import TracebackType

from rich.console import Console
from rich.markup import escape
from rich.status import Status
from rich.text import Text


class Progress(logging.Handler):
    """Shows the messages of the `nyckeltal` loggers; `step` lines and warnings stay, the rest is beside the spinner."""

    def __init__(self, console: Console, title: str) -> None:
        super().__init__(logging.INFO)
        self._console = console
        self._title = title
        self._started = time.monotonic()
        self._status = Status("", console=console)

    def __enter__(self) -> "Progress":
        logger = logging.getLogger("nyckeltal")
        logger.setLevel(logging.INFO)
        logger.propagate = False
        logger.addHandler(self)
        self._console.print(f"[bold]{self._title}[/bold]")
        self._status.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._status.stop()
        logging.getLogger("nyckeltal").removeHandler(self)

    def say(self, text: str) -> None:
        self._status.update(f"[dim]{time.monotonic() - self._started:4.0f} s[/dim]  {escape(text[:60])}")

    def emit(self, record: logging.LogRecord) -> None:
        # Dagster, which keeps the same lines as events of the run, has put the run's id before them.
        text = getattr(record, "dagster_meta", {}).get("orig_message") or record.getMessage()
        if getattr(record, "is_step", False):
            mark = {"good": "[green]✓[/green]", "bad": "[red]✗[/red]"}.get(getattr(record, "mark", ""), "[dim]·[/dim]")
            self._console.print(f"  {mark} {escape(text)}", soft_wrap=False)
        elif record.levelno >= logging.WARNING:
            self._console.print(Text.assemble(("  ! ", "yellow"), text), soft_wrap=True)
        else:
            self.say(text)
