"""Shopify's Admin GraphQL API: tokens, what its answers mean, and paging.

Throttling comes as HTTP 200 with an error; a refused token as 401 whose `errors` is a text; a missing scope as HTTP 200
with a null and an error beside it.
"""

import logging
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import urlencode

import msgspec
import requests

from connectors.common.errors import SourceError, UnexpectedAnswerError
from connectors.common.http import ApiClient, Kind, Verdict, verdict_by_status
from connectors.shopify.wire import Answer, Connection, Error, Failure, Token

T = TypeVar("T")
LOG = logging.getLogger("nyckeltal.shopify")

# The vendor ends a list after 25,000 objects: well before, the next question starts at the last instant seen.
LONGEST_LIST = 20_000
# Fields that a token may lack the right for (protected customer data, products, inventory): they stay null.
OPTIONAL_FIELDS = {
    "defaultEmailAddress",
    "defaultPhoneNumber",
    "product",
    "variant",
    "inventoryItem",
    "unitCost",
    "currentAppInstallation",
}
TOO_DEAR = "MAX_COST_EXCEEDED"

_failures = msgspec.json.Decoder(Failure)


class ShopifyApi:
    """Asks questions of one shop. A page gets smaller by itself when the vendor finds a question too dear."""

    def __init__(
        self,
        base_url: str,
        api_version: str,
        token: Callable[[], str],
        can_refresh: bool,
        credential: str,
    ) -> None:
        self._token = token
        self._access_token = ""
        self._version = api_version
        self._told: set[str] = set()
        self._client = ApiClient(
            "shopify",
            base_url,
            credential,
            auth_headers=self._headers,
            refresh=self._refresh if can_refresh else None,
            judge=self._judge,
        )

    def ask(self, kind: type[Answer[T]], query: str, **variables: Any) -> T:
        """The data of one question; raises SourceError, naming the scope, when the token may not ask it."""
        data = self._ask(kind, query, variables)
        if data is None:
            raise SourceError("shopify: one order alone is too dear to ask for (cost limit of the vendor).")
        return data

    def walk(
        self,
        kind: type[Answer[Any]],
        query: str,
        connection: Callable[[Any], Connection[T]],
        field: str,
        instant: Callable[[T], datetime],
        since: datetime | None,
        size: int,
    ) -> Iterator[list[T]]:
        """Pages of a list of at most `size`, oldest first, from `since` (None = all) on.

        `field`: `updated_at` or `created_at`, the order and the filter; `instant` reads it from an item. Items may come
        twice: they move to the end of the list when they change, and where one list ends and the next starts.
        """
        after: str | None = None
        listed, start = 0, since
        while True:
            data = self._ask(
                kind,
                query,
                {
                    "first": size,
                    "after": after,
                    "query": f"{field}:>='{start:%Y-%m-%dT%H:%M:%SZ}'" if start else None,
                    "sort": field.upper(),
                },
            )
            if data is None:
                size = self._smaller(size)
                continue
            page = connection(data)
            items = [edge.node for edge in page.edges]
            if items:
                yield items
            if not page.page_info.has_next_page:
                return
            listed, after = listed + len(items), page.page_info.end_cursor
            if listed >= LONGEST_LIST and items and (start is None or instant(items[-1]) > start):
                listed, after, start = 0, None, instant(items[-1])

    def batches(
        self, kind: type[Answer[T]], query: str, ids: list[str], size: int, **variables: Any
    ) -> Iterator[tuple[list[str], T]]:
        """Answers about `ids`, as many in one question as its cost allows, at most `size`."""
        at = 0
        while at < len(ids):
            chunk = ids[at : at + size]
            data = self._ask(kind, query, {"ids": chunk, **variables})
            if data is None:
                size = self._smaller(len(chunk))
                continue
            yield chunk, data
            at += len(chunk)

    def _ask(self, kind: type[Answer[T]], query: str, variables: Mapping[str, Any]) -> T | None:
        """None when the question is too dear."""
        path = f"/admin/api/{self._version}/graphql.json"
        answer = self._client.post_as(kind, path, {"query": query, "variables": variables})
        for error in answer.errors:
            if error.code == TOO_DEAR:
                return None
            self._tell(f"no right to read {'.'.join(str(step) for step in error.path if isinstance(step, str))}")
        if answer.data is None:
            raise UnexpectedAnswerError("shopify: an answer without data and without an error.")
        return answer.data

    def _smaller(self, size: int) -> int:
        if size <= 1:
            raise SourceError(
                "shopify: one object alone is too dear to ask for (the vendor's cost limit of a question)."
            )
        LOG.info("the question is too dear: asking for %d at a time", size // 2)
        return size // 2

    def _headers(self) -> dict[str, str]:
        if not self._access_token:
            self._refresh()
        return {"X-Shopify-Access-Token": self._access_token}

    def _refresh(self) -> None:
        self._access_token = self._token()

    def _tell(self, text: str) -> None:
        if text not in self._told:
            self._told.add(text)
            LOG.warning(text)

    def _judge(self, response: requests.Response) -> Verdict:
        served = response.headers.get("X-Shopify-API-Version", self._version)
        if served != self._version:
            self._tell(f"version {self._version} is not supported any more: the vendor answers with {served}")
        if response.status_code >= 400:
            return _judge_status(response)
        # Large pages are not decoded twice: only a body that may hold errors is looked at here.
        if b'"errors"' not in response.content:
            return Verdict(Kind.OK)
        return _judge_errors(response.content)


def _judge_status(response: requests.Response) -> Verdict:
    verdict = verdict_by_status(response)
    if response.status_code == 430:  # the vendor's own: too many suspicious requests
        return Verdict(Kind.THROTTLED, "HTTP 430")
    if response.status_code == 404:
        return Verdict(Kind.FATAL, "HTTP 404; check the setting `shop`")
    failure = _decoded(response.content)
    words = failure.errors if failure and isinstance(failure.errors, str) else ""
    return Verdict(verdict.kind, f"{verdict.reason} {words}".strip(), verdict.wait_seconds)


def _judge_errors(body: bytes) -> Verdict:
    failure = _decoded(body)
    if failure is None or not failure.errors:
        return Verdict(Kind.OK)  # broken JSON is found, and asked for again, when it is decoded
    if isinstance(failure.errors, str):
        return Verdict(Kind.EXPIRED, failure.errors)
    for error in failure.errors:
        if error.code == "THROTTLED":
            return Verdict(Kind.THROTTLED, "query cost", _restore_seconds(failure))
        if error.code == "INTERNAL_SERVER_ERROR":
            return Verdict(Kind.TRANSIENT, "INTERNAL_SERVER_ERROR")
        if error.code != TOO_DEAR and not (error.code == "ACCESS_DENIED" and _is_optional(error)):
            return Verdict(Kind.FATAL, f"{error.code} {error.message}".strip())
    return Verdict(Kind.OK)


def _is_optional(error: Error) -> bool:
    return not OPTIONAL_FIELDS.isdisjoint(error.path)


def _restore_seconds(failure: Failure) -> float | None:
    """Seconds until the bucket holds the cost of the question."""
    cost = failure.extensions and failure.extensions.cost
    if not cost or not cost.throttle_status or not cost.requested_query_cost:
        return None
    missing = cost.requested_query_cost - cost.throttle_status.currently_available
    return max(0.0, missing / cost.throttle_status.restore_rate) if cost.throttle_status.restore_rate else None


def _decoded(body: bytes) -> Failure | None:
    try:
        return _failures.decode(body)
    except msgspec.DecodeError:
        return None


def client_credentials(token_url: str, client_id: str, client_secret: str) -> Callable[[], str]:
    """Gives a fresh token (24 hours) of an app of the shop's own organisation."""
    client = ApiClient(
        "shopify",
        token_url,
        "client_secret",
        auth_headers=lambda: {"Content-Type": "application/x-www-form-urlencoded"},
    )
    form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": client_secret}

    def token() -> str:
        body = client.call("POST", "", body=urlencode(form).encode())
        try:
            return msgspec.json.decode(body, type=Token).access_token
        except msgspec.DecodeError:
            raise UnexpectedAnswerError("shopify: the token endpoint did not answer with a token.") from None

    return token
