"""Mailchimp's Marketing API: the key's data centre, what answers mean, offset paging."""

import base64
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Protocol, TypeVar

import msgspec
import requests

from connectors.common.errors import CredentialsRejectedError
from connectors.common.http import ApiClient, Kind, Verdict, env_name, verdict_by_status
from connectors.mailchimp.wire import Problem

PAGE_SIZE = 1000  # the vendor's maximum
# Rows that change while a list is read move to its end and pull the others forward: pages overlap by so many.
OVERLAP = 20


class Listing(Protocol):
    total_items: int


L = TypeVar("L", bound=Listing)
T = TypeVar("T")
_problems = msgspec.json.Decoder(Problem)


class MailchimpApi:
    """One account."""

    def __init__(self, api_key: str, base_url: str) -> None:
        basic = base64.b64encode(f"nyckeltal:{api_key}".encode()).decode()  # the vendor takes any user name
        self._client = ApiClient(
            "mailchimp",
            base_url or _host(api_key),
            "api_key",
            auth_headers=lambda: {"Authorization": f"Basic {basic}"},
            judge=judge,
        )

    def walk(
        self, kind: type[L], path: str, rows: Callable[[L], list[T]], params: Mapping[str, Any] | None = None
    ) -> Iterator[list[T]]:
        """Pages of a list; rows may come twice. Sort by what does not move, where the vendor sorts."""
        offset = 0
        while True:
            page = self._client.get_as(kind, f"/3.0{path}", {**(params or {}), "count": PAGE_SIZE, "offset": offset})
            found = rows(page)
            if found:
                yield found
            step = min(len(found), PAGE_SIZE)
            if offset + step >= page.total_items or step <= OVERLAP:
                return
            offset += step - OVERLAP


def judge(response: requests.Response) -> Verdict:
    """Throttled is 429, and also 403 without a JSON body; with one it is a missing right."""
    verdict = verdict_by_status(response)
    if response.status_code < 400:
        return verdict
    try:
        problem = _problems.decode(response.content)
    except msgspec.DecodeError:
        return Verdict(Kind.THROTTLED, "HTTP 403 without a body") if response.status_code == 403 else verdict
    reason = f"{verdict.reason} {problem.title}: {problem.detail}".strip()
    kind = Kind.CREDENTIALS if response.status_code == 401 else verdict.kind
    return Verdict(kind, reason.rstrip("."), verdict.wait_seconds)


def _host(api_key: str) -> str:
    """The key names its data centre after the last dash."""
    centre = api_key.rpartition("-")[2] if "-" in api_key else ""
    if not centre.isalnum():
        raise CredentialsRejectedError(
            "mailchimp: the key does not end in its data centre (as in …-us19). "
            f"Check `api_key` in .dlt/secrets.toml or {env_name('mailchimp', 'api_key')}."
        )
    return f"https://{centre}.api.mailchimp.com"
