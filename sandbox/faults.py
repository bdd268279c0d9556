"""Faults that wait for requests to spoil."""

from dataclasses import dataclass, field
from typing import Any

KINDS = (
    "throttle",
    "throttle_retry_after",
    "expired_token",
    "bad_credentials",
    "error_200",
    "server_error",
    "truncated",
    "not_json",
    "duplicate_page",
    "moving_row",
    "unknown_column",
    "changed_type",
    "vanished_day",
    "down",
)


@dataclass
class Fault:
    """`times`: how many requests it spoils; `after`: how many of those that it fits it lets pass before."""

    source: str
    kind: str
    times: int
    path: str | None
    after: int
    arguments: dict[str, Any] = field(default_factory=dict)

    def use(self) -> None:
        """One request was spoilt."""
        self.times -= 1


class Faults:
    """`server.faults`: armed faults, the first that fits a request spoils it."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def add(
        self, source: str, kind: str, times: int = 1, path: str | None = None, after: int = 0, **arguments: Any
    ) -> Fault:
        """Spoils the next `times` requests to `source` whose path contains `path`, after the first `after` of them.

        `arguments` go to the vendor (`vanished_day` takes `day`). Raises ValueError for a kind that there is not.
        """
        if kind not in KINDS:
            raise ValueError(f"there is no fault {kind!r}; there are {', '.join(KINDS)}")
        fault = Fault(source, kind, times, path, after, arguments)
        self._faults.append(fault)
        return fault

    def clear(self) -> None:
        self._faults.clear()

    def armed(self, source: str, path: str) -> Fault | None:
        """The fault that is to spoil this request; it counts as used only when it says so."""
        for fault in self._faults:
            if fault.source != source or fault.times <= 0 or (fault.path and fault.path not in path):
                continue
            if fault.after > 0:
                fault.after -= 1
                continue
            return fault
        return None
