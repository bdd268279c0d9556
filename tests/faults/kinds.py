"""The faults of the matrix. Which of them a source can have, and how it shows, the sandbox's vendors know."""

from collections.abc import Mapping
from dataclasses import dataclass, field

ALWAYS = 100_000
# In the middle of what every source restates, so that its neighbours stay.
DAY = "2026-03-16"


@dataclass(frozen=True)
class Fault:
    """`kind`: the sandbox's; `times`: how many answers it spoils after the first `after`."""

    title: str
    kind: str
    times: int = 1
    after: int = 0
    arguments: Mapping[str, str] = field(default_factory=dict)


FAULTS = (
    Fault("throttled once", "throttle"),
    Fault("throttled once, told how long", "throttle_retry_after"),
    Fault("throttled for good", "throttle", ALWAYS),
    Fault("token expires midway", "expired_token", after=1),
    Fault("credentials refused", "bad_credentials", ALWAYS),
    Fault("a 200 that is an error", "error_200"),
    Fault("server error once", "server_error"),
    Fault("server error for good", "server_error", ALWAYS),
    Fault("body cut off", "truncated"),
    Fault("a page of HTML instead of JSON", "not_json"),
    Fault("page repeated", "duplicate_page"),
    Fault("row moves between pages", "moving_row"),
    Fault("new column", "unknown_column", ALWAYS),
    Fault("column of another type", "changed_type"),
    Fault("a day vanishes", "vanished_day", ALWAYS, arguments={"day": DAY}),
    Fault("connection lost once", "down"),
    Fault("connection lost for good", "down", ALWAYS),
)
