"""Google Ads over the truth: two ad accounts, a manager above them and a closed account; queries by searchStream."""

import json
import re
from datetime import datetime
from functools import cached_property
from typing import Any, ClassVar

from sandbox.server import Request, Response
from sandbox.vendors.gaql import AdsTruth, Query, QueryError
from sandbox.vendors.google_api import (
    JSON,
    TOKEN_PATH,
    answer,
    failure,
    has_token,
    invalid_grant,
    token_answer,
    unauthenticated,
)
from sandbox.world.model import World

VERSION = "v26"
TOKEN = "ya29.sandbox-ads"  # noqa: S105 - the sandbox's own
MANAGER, CLOSED = "9000000000", "9999999999"
_PATH = re.compile(rf"/{VERSION}/customers/(\d+)/googleAds:searchStream")
_FAILURE = f"type.googleapis.com/google.ads.googleads.{VERSION}.errors.GoogleAdsFailure"


class GoogleAds:
    """All accounts are reached directly; `page_size`: rows of a chunk of a stream."""

    name = "google_ads"
    credentials: ClassVar = {
        "customer_ids": "111-111-1111, 2222222222",
        "client_id": "sandbox-client",
        "client_secret": "sandbox-google-secret",
        "refresh_token": "1//sandbox-ads-refresh",
        "token_url": f"{{url}}{TOKEN_PATH}",
    }
    page_size = 10_000

    def __init__(self, world: World, as_of: datetime, base_url: str) -> None:
        self._world = world
        self._as_of = as_of

    @cached_property
    def _truth(self) -> AdsTruth:
        return AdsTruth(self._world, self._as_of, MANAGER)

    def handle(self, request: Request) -> Response:
        """The answer as the vendor gives it."""
        if request.path == TOKEN_PATH:
            return token_answer(request, self.credentials, TOKEN)
        found = _PATH.fullmatch(request.path)
        if request.method != "POST" or found is None:
            return answer(404, failure(404, "NOT_FOUND", "Requested entity was not found."))
        if not has_token(request, TOKEN):
            return unauthenticated()
        return self._stream(found.group(1), str(json.loads(request.body)["query"]))

    def fault(self, kind: str, request: Request, **arguments: Any) -> Response | None:
        """A fault in the vendor's own form; None where it does not exist for this vendor."""
        if request.path == TOKEN_PATH:
            return invalid_grant() if kind == "bad_credentials" else None
        if kind == "throttle":
            return _refused(429, "RESOURCE_EXHAUSTED", "quotaError", "RESOURCE_TEMPORARILY_EXHAUSTED", _LATER)
        if kind == "throttle_retry_after":
            details = {"quotaErrorDetails": {"rateScope": "ACCOUNT", "rateName": "Requests", "retryDelay": "0.1s"}}
            more = {"details": details}
            return _refused(429, "RESOURCE_EXHAUSTED", "quotaError", "RESOURCE_TEMPORARILY_EXHAUSTED", _LATER, more)
        if kind == "expired_token":
            return unauthenticated()
        if kind == "bad_credentials":
            words = "User in the cookie is not a valid Ads user."
            return _refused(401, "UNAUTHENTICATED", "authenticationError", "NOT_ADS_USER", words)
        if kind == "server_error":
            return _refused(500, "INTERNAL", "internalError", "INTERNAL_ERROR", "An internal error has occurred.")
        good = self.handle(request)
        chunks = json.loads(good.body)
        if not isinstance(chunks, list) or not any("metrics" in row for row in _rows(chunks)):
            return None
        if kind == "error_200":
            broken = json.loads(_refused(500, "INTERNAL", "internalError", "TRANSIENT_ERROR", "Try again.").body)
            return answer(200, [*chunks[:1], *broken])
        if kind == "unknown_column":
            for row in _rows(chunks):
                row["metrics"]["surpriseMicros"] = "1"
        elif kind == "changed_type":
            _rows(chunks)[0]["metrics"]["impressions"] = [7]
        elif kind == "vanished_day":
            day = str(arguments["day"])
            for chunk in chunks:
                chunk["results"] = [row for row in chunk.get("results", []) if row["segments"]["date"] != day]
        else:
            return None
        return answer(200, chunks)

    def _stream(self, account_id: str, text: str) -> Response:
        if account_id == CLOSED:
            words = "The customer account can't be accessed because it is not yet enabled or has been deactivated."
            return _refused(403, "PERMISSION_DENIED", "authorizationError", "CUSTOMER_NOT_ENABLED", words)
        if account_id not in (*self._truth.accounts, MANAGER):
            words = "User doesn't have permission to access customer."
            return _refused(403, "PERMISSION_DENIED", "authorizationError", "USER_PERMISSION_DENIED", words)
        try:
            query = Query.parse(text)
            rows = self._truth.rows(account_id, query)
        except QueryError as error:
            return _refused(400, "INVALID_ARGUMENT", "queryError", error.code, str(error))
        tail = f'"fieldMask":{json.dumps(query.field_mask)},"requestId":"sandbox"'
        if not rows:
            return Response(200, f"[{{{tail}}}]".encode() if "segments" in text else b"[]", JSON)
        parts = [rows[start : start + self.page_size] for start in range(0, len(rows), self.page_size)]
        chunks = [f'{{"results":[{",".join(part)}],{tail}}}' for part in parts]
        return Response(200, f"[{','.join(chunks)}]".encode(), JSON)


_LATER = "Too many requests. Retry in 30 seconds."


def _rows(chunks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [row for chunk in chunks for row in chunk.get("results", [])]


def _refused(
    status: int, name: str, family: str, code: str, words: str, more: dict[str, Any] | None = None
) -> Response:
    """An error of the API itself; over REST a stream's error comes in an array."""
    error = {"errorCode": {family: code}, "message": words, **(more or {})}
    details = [{"@type": _FAILURE, "errors": [error], "requestId": "sandbox"}]
    message = "Resource has been exhausted (e.g. check quota)." if status == 429 else "Request was refused."
    return answer(status, [failure(status, name, message, details)])


VENDOR = GoogleAds
