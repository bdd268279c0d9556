"""Bodies of the CRM API (contract: vendor page `hubspot`)."""

from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Generic, TypeVar

import msgspec

from connectors.common.errors import UnexpectedAnswerError

T = TypeVar("T")


class Wire(msgspec.Struct, gc=False, rename="camel"):
    """Base of all bodies."""


class Entry(Wire):
    """One value that a property had, from `timestamp` on."""

    timestamp: str
    value: str | None = None


class Record(Wire):
    """A contact, company or deal. All property values are texts or null, and `""` is one of them."""

    id: str
    properties: dict[str, str | None]
    archived: bool = False
    archived_at: str | None = None
    properties_with_history: dict[str, list[Entry]] = {}


class Key(Wire):
    """A record of which only the id matters."""

    id: str


class Next(Wire):
    after: str


class Paging(Wire):
    next: Next | None = None


class Page(Wire, Generic[T]):
    """A page of a list or a search; the last one has no `paging`, or an empty one."""

    results: list[T]
    paging: Paging | None = None


class Associated(Wire):
    to_object_id: int | str  # a number in older answers


class Association(Wire):
    from_: Key = msgspec.field(name="from")
    to: list[Associated] = []


class Associations(Wire):
    """Records without any are named in `errors`, under HTTP 207: no fault."""

    results: list[Association]


class StageMetadata(Wire):
    is_closed: str | None = None
    probability: str | None = None


class Stage(Wire):
    id: str
    label: str = ""
    display_order: int = 0
    metadata: StageMetadata = msgspec.field(default_factory=StageMetadata)


class Pipeline(Wire):
    id: str
    stages: list[Stage]


class Pipelines(Wire):
    results: list[Pipeline]


class Account(Wire):
    portal_id: int
    time_zone: str
    company_currency: str


class ErrorContext(Wire):
    required_granular_scopes: list[str] = []


class ErrorDetail(Wire):
    context: ErrorContext | None = None


class Failure(Wire):
    message: str = ""
    category: str = ""
    policy_name: str = ""
    errors: list[ErrorDetail] = []


class Token(Wire, rename=None):
    access_token: str


def instant(text: str | None) -> datetime | None:
    """ISO 8601 with or without milliseconds, a plain date (midnight UTC), or epoch milliseconds; None for none."""
    if not text:
        return None
    try:
        if text.isdigit():
            return datetime.fromtimestamp(int(text) / 1000, UTC)
        parsed = datetime.fromisoformat(text)
    except ValueError:
        raise UnexpectedAnswerError(f"hubspot: {text[:40]!r} is not an instant. Nothing was loaded.") from None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)


def flag(text: str | None) -> bool | None:
    return {"true": True, "false": False}.get((text or "").lower())


def amount(text: str | None) -> Decimal | None:
    """None for none: no amount is not 0."""
    if not text:
        return None
    try:
        return Decimal(text)
    except InvalidOperation:
        raise UnexpectedAnswerError(f"hubspot: {text[:40]!r} is not an amount. Nothing was loaded.") from None
