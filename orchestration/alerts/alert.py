"""One thing to tell, whatever found it and whoever is told."""

from dataclasses import dataclass

from connectors.config.alerts import Cause


@dataclass(frozen=True)
class Alert:
    """One thing to tell. `key`: what makes it the same thing tomorrow.

    `repeat_days`: after how many days it is told again while it lasts; None = never again. `personas`: the boards that
    show its KPI; empty for what concerns everybody.
    """

    cause: Cause
    key: str
    text: str
    repeat_days: int | None = 1
    personas: frozenset[str] = frozenset()
