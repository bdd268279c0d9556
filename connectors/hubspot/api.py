"""HubSpot's CRM API: what its answers mean, lists, searches past their limit, batch reads, associations."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import urlencode

import msgspec
import requests

from connectors.common.errors import UnexpectedAnswerError
from connectors.common.http import ApiClient, Kind, Verdict, retry_after, verdict_by_status
from connectors.hubspot.wire import Associations, Failure, Key, Page, Token

T = TypeVar("T")

LIST_LIMIT, LIST_LIMIT_WITH_HISTORY, SEARCH_LIMIT, BATCH_LIMIT = 100, 50, 200, 50
# What to wait by the limit that is used up, where the vendor sends no Retry-After. A daily limit is not waited for.
WAITS = {"SECONDLY": 1.0, "TEN_SECONDLY_ROLLING": 10.0, "DAILY": 86_400.0}
WRONG_TOKEN_FORM = 530  # the edge's answer, HTML, to a token that cannot be one

_failures = msgspec.json.Decoder(Failure)


class HubSpotApi:
    """One account. `version`: `v3`, or a date as of the newer paths (`2026-09`)."""

    def __init__(
        self, base_url: str, version: str, access_token: str, refresh: Callable[[], str] | None, credential: str
    ) -> None:
        self._version = version
        self._access_token = access_token
        self._new_token = refresh
        self._client = ApiClient(
            "hubspot",
            base_url,
            credential,
            auth_headers=lambda: {"Authorization": f"Bearer {self._access_token}"},
            refresh=self._refresh if refresh else None,
            judge=judge,
        )

    def get(self, kind: type[T], path: str) -> T:
        return self._client.get_as(kind, path)

    def path(self, family: str, rest: str, old_version: str = "v3") -> str:
        """`/crm/v3/objects/contacts`, or `/crm/objects/2026-09/contacts` of the dated versions."""
        if self._version.startswith("v"):
            return f"/crm/{old_version}/{family}/{rest}"
        return f"/crm/{family}/{self._version}/{rest}"

    def listed(
        self,
        kind: type[Page[T]],
        object_type: str,
        properties: Sequence[str],
        history: str = "",
        archived: bool = False,
    ) -> Iterator[list[T]]:
        """Pages of all records; `history` names a property whose past values come too."""
        params: dict[str, Any] = {
            "limit": LIST_LIMIT_WITH_HISTORY if history else LIST_LIMIT,
            "archived": str(archived).lower(),
            "properties": ",".join(properties),
        }
        if history:
            params["propertiesWithHistory"] = history
        while True:
            page = self._client.get_as(kind, self.path("objects", object_type), params)
            yield page.results
            if not page.paging or not page.paging.next:
                return
            params["after"] = page.paging.next.after  # the ready link is on the vendor's own host: never followed

    def changed_ids(self, object_type: str, modified: str, since: datetime) -> list[str]:
        """Ids of records whose property `modified` lies at or after `since`.

        A search ends after 10,000 results, so each page is a search of its own that starts after the last id.
        """
        found: list[str] = []
        first_id = 0
        while True:
            filters = [
                {"propertyName": modified, "operator": "GTE", "value": str(int(since.timestamp() * 1000))},
                {"propertyName": "hs_object_id", "operator": "GTE", "value": str(first_id)},
            ]
            page = self._client.post_as(
                Page[Key],
                self.path("objects", f"{object_type}/search"),
                {
                    "filterGroups": [{"filters": filters}],
                    "sorts": [{"propertyName": "hs_object_id", "direction": "ASCENDING"}],
                    "properties": ["hs_object_id"],
                    "limit": SEARCH_LIMIT,
                },
            )
            found += [record.id for record in page.results]
            if not page.results or not page.paging or not page.paging.next:
                return list(dict.fromkeys(found))
            first_id = max(int(record.id) for record in page.results) + 1

    def read(
        self, kind: type[Page[T]], object_type: str, ids: Sequence[str], properties: Sequence[str], history: str
    ) -> Iterator[list[T]]:
        """Records by id, with the past values of `history`; one that is gone is left out."""
        for chunk in _chunks(ids, BATCH_LIMIT):
            body: dict[str, Any] = {"inputs": [{"id": key} for key in chunk], "properties": list(properties)}
            if history:
                body["propertiesWithHistory"] = [history]
            yield self._client.post_as(kind, self.path("objects", f"{object_type}/batch/read"), body).results

    def associated(self, from_type: str, to_type: str, ids: Sequence[str]) -> dict[str, list[str]]:
        """Ids of `to_type` by id of `from_type`, smallest first; each comes once, however many labels it has."""
        found: dict[str, set[int]] = {}
        for chunk in _chunks(ids, 100):
            path = self.path("associations", f"{from_type}/{to_type}/batch/read", old_version="v4")
            answer = self._client.post_as(Associations, path, {"inputs": [{"id": key} for key in chunk]})
            for result in answer.results:
                found.setdefault(result.from_.id, set()).update(int(item.to_object_id) for item in result.to)
        return {key: [str(number) for number in sorted(numbers)] for key, numbers in found.items()}

    def _refresh(self) -> None:
        if self._new_token:
            self._access_token = self._new_token()


def judge(response: requests.Response) -> Verdict:
    """Limits by their policy, credentials by their category, missing scopes by name."""
    status = response.status_code
    if status < 400:
        return Verdict(Kind.OK)
    verdict = verdict_by_status(response)
    if status == WRONG_TOKEN_FORM:
        return Verdict(Kind.CREDENTIALS, "HTTP 530: the token does not have the form of one")
    try:
        failure = _failures.decode(response.content)
    except msgspec.DecodeError:
        failure = Failure()
    reason = f"HTTP {status} {failure.category or failure.policy_name}".strip()
    if status == 401:
        return Verdict(Kind.EXPIRED if failure.category == "EXPIRED_AUTHENTICATION" else Kind.CREDENTIALS, reason)
    if status == 429:
        return Verdict(Kind.THROTTLED, reason, retry_after(response) or WAITS.get(failure.policy_name))
    if status == 423:
        return Verdict(Kind.TRANSIENT, "HTTP 423: a record is locked", 2.0)
    if status == 477:
        return Verdict(Kind.TRANSIENT, "HTTP 477: the account is being moved", retry_after(response))
    if status == 403:
        scopes = sorted(
            {scope for error in failure.errors if error.context for scope in error.context.required_granular_scopes}
        )
        return Verdict(Kind.FATAL, f"{reason}: the token needs the scope {', '.join(scopes) or 'named in the README'}")
    return Verdict(verdict.kind, f"{reason} {failure.message}".strip(), verdict.wait_seconds)


def oauth(token_url: str, client_id: str, client_secret: str, refresh_token: str) -> Callable[[], str]:
    """Gives a new access token (30 minutes) for the refresh token, which itself does not expire."""
    client = ApiClient(
        "hubspot",
        token_url,
        "refresh_token",
        auth_headers=lambda: {"Content-Type": "application/x-www-form-urlencoded"},
        judge=judge,
    )
    form = {
        "grant_type": "refresh_token",
        "client_id": client_id,
        "client_secret": client_secret,
        "refresh_token": refresh_token,
    }

    def token() -> str:
        body = client.call("POST", "", body=urlencode(form).encode())
        try:
            return msgspec.json.decode(body, type=Token).access_token
        except msgspec.DecodeError:
            raise UnexpectedAnswerError("hubspot: the token endpoint did not answer with a token.") from None

    return token


def _chunks(ids: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    for at in range(0, len(ids), size):
        yield ids[at : at + size]
