"""Meta's Graph API as `meta_ads` and `meta_organic` use it: tokens, what its answers mean, cursors, usage headers.

Errors and throttling come as HTTP 400 and are told apart by the code in the body (contract: vendor page `meta`).
"""

import hashlib
import hmac
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Generic, TypeVar

import msgspec
import requests

from connectors.common.errors import SourceError, UnexpectedAnswerError
from connectors.common.http import ApiClient, Kind, Patience, Verdict, verdict_by_status

T = TypeVar("T")

THROTTLE_CODES = frozenset({4, 17, 32, 341, 613, 960, *range(80000, 80009)})
TOKEN_REASONS = {
    458: "the app was removed",
    460: "the password was changed",
    463: "it has expired",
    467: "it is invalid",
}
PERMISSION_CODES = frozenset({3, 10, 200})
TOO_MUCH_SUBCODES = frozenset({1504018, 1504038})  # a report too large to be made in time
FATAL_SUBCODES = frozenset({1504041})  # a combination of breakdowns that does not exist
FULL_PERCENT, SLOW_PERCENT = 100.0, 85.0
FULL_WAIT_SECONDS, SLOW_WAIT_SECONDS = 300.0, 5.0


class GraphError(SourceError):
    """Refused for good; `code` and `subcode` are the vendor's."""

    def __init__(self, text: str, code: int, subcode: int | None) -> None:
        super().__init__(text)
        self.code = code
        self.subcode = subcode


class TooMuchDataError(SourceError):
    """The vendor asks for a smaller question."""


class Wire(msgspec.Struct, gc=False):
    """Base of all bodies; keys that are not declared are passed over."""


class Cursors(Wire):
    after: str | None = None


class Paging(Wire):
    """`next` holds the token: it only tells that there is a further page."""

    cursors: Cursors | None = None
    next: str | None = None


class Page(Wire, Generic[T]):
    data: list[T]
    paging: Paging | None = None


class Failure(Wire):
    message: str = ""
    code: int = 0
    error_subcode: int | None = None
    is_transient: bool = False


class Envelope(Wire):
    error: Failure | None = None


_envelopes = msgspec.json.Decoder(Envelope)


class GraphApi:
    """Asks the Graph API with one token. `token` is called once, and again when `can_refresh` and the token expired."""

    def __init__(
        self,
        source: str,
        base_url: str,
        api_version: str,
        token: Callable[[], str],
        app_secret: str | None = None,
        can_refresh: bool = False,
    ) -> None:
        self._source = source
        self._version = api_version
        self._make_token = token
        self._token = ""
        self._secret = app_secret
        self._wait = 0.0
        self._client = ApiClient(
            source,
            base_url,
            "access_token",
            auth_headers=self._headers,
            refresh=self._refresh if can_refresh else None,
            judge=self._judge,
            patience=Patience(longest_wait_seconds=FULL_WAIT_SECONDS),
        )

    def get_as(self, kind: type[T], path: str, params: Mapping[str, Any] | None = None) -> T:
        """Raises GraphError, TooMuchDataError, or what `ApiClient.call` raises."""
        self._slow_down()
        return self._client.get_as(kind, self._place(path), {**(params or {}), **self._proof()})

    def post_form_as(self, kind: type[T], path: str, form: Mapping[str, Any]) -> T:
        self._slow_down()
        return self._client.post_form_as(kind, self._place(path), {**form, **self._proof()})

    def pages(self, kind: type[T], path: str, params: Mapping[str, Any]) -> Iterator[list[T]]:
        """Pages of a list. A page is asked for by its cursor: the vendor's own link would carry the token."""
        after: str | None = None
        while True:
            page = self.get_as(Page[kind], path, {**params, "after": after})
            yield page.data
            if page.paging is None or page.paging.next is None:
                return
            cursor = page.paging.cursors.after if page.paging.cursors else None
            if cursor is None or cursor == after:
                raise UnexpectedAnswerError(f"{self._source}: {path} tells of a further page but not how to get it.")
            after = cursor

    def failure(self, place: str, error: Failure) -> SourceError:
        """What an error that cannot be waited out is to its caller."""
        if error.code == 1 or error.error_subcode in TOO_MUCH_SUBCODES:
            return TooMuchDataError(f"{self._source}: {place} is too large a question.")
        return GraphError(
            f"{self._source}: {place} was refused: {self._reason(error)}.", error.code, error.error_subcode
        )

    def _place(self, path: str) -> str:
        return f"/{self._version}/{path.lstrip('/')}"

    def _proof(self) -> dict[str, str]:
        if not self._secret:
            return {}
        self._headers()  # makes the token
        proof = hmac.new(self._secret.encode(), self._token.encode(), hashlib.sha256).hexdigest()
        return {"appsecret_proof": proof}

    def _headers(self) -> dict[str, str]:
        if not self._token:
            self._refresh()
        return {"Authorization": f"Bearer {self._token}", "Content-Type": "application/x-www-form-urlencoded"}

    def _refresh(self) -> None:
        self._token = self._make_token()

    def _slow_down(self) -> None:
        if self._wait:
            time.sleep(self._wait)
            self._wait = 0.0

    def _judge(self, response: requests.Response) -> Verdict:
        """Raises GraphError and TooMuchDataError at once: callers have ways out of both."""
        percent, minutes = usage(response.headers)
        # A good page is not decoded twice: only a short body can be an error with status 200.
        is_short = len(response.content) < 2_000
        error = _error(response.content) if response.status_code >= 400 or is_short else None
        if error is None:
            if response.status_code < 400 and percent >= SLOW_PERCENT:
                self._wait = SLOW_WAIT_SECONDS if percent < FULL_PERCENT else _full_wait(minutes)
            return verdict_by_status(response)
        if error.code in THROTTLE_CODES:
            return Verdict(Kind.THROTTLED, f"code {error.code}", minutes * 60 or None)
        if error.code in (102, 190):
            kind = Kind.EXPIRED if error.error_subcode in (463, 467) else Kind.CREDENTIALS
            why = TOKEN_REASONS.get(error.error_subcode or 0, "it is not accepted")
            return Verdict(kind, f"token: {why}; code {error.code}")
        if error.error_subcode in FATAL_SUBCODES:
            raise self.failure("a report", error)
        if error.code == 1 or error.error_subcode in TOO_MUCH_SUBCODES:
            if error.code == 1 and "reduce" not in error.message.lower():
                return Verdict(Kind.TRANSIENT, "code 1")
            raise self.failure("a report", error)
        if error.is_transient or error.code == 2 or response.status_code >= 500:
            return Verdict(Kind.TRANSIENT, f"code {error.code}")
        raise self.failure(response.request.path_url.partition("?")[0], error)

    def _reason(self, error: Failure) -> str:
        words = error.message
        for secret in (self._token, self._secret):
            words = words.replace(secret, "…") if secret else words
        if error.code in PERMISSION_CODES:
            words = f"{words} (a permission of the token is missing)"
        subcode = f"/{error.error_subcode}" if error.error_subcode else ""
        return f"{words.rstrip('.')} [code {error.code}{subcode}]"


def usage(headers: Mapping[str, str]) -> tuple[float, float]:
    """The highest percentage of any limit, and the minutes until access is regained (0 if not told)."""
    percents, minutes = [0.0], [0.0]
    for name in ("x-app-usage", "x-ad-account-usage", "x-fb-ads-insights-throttle", "x-business-use-case-usage"):
        try:
            told = msgspec.json.decode(headers.get(name, "{}"))
        except msgspec.DecodeError:
            continue
        # The last of them lists limits by account, the others are one object.
        listed = [item for items in told.values() if isinstance(items, list) for item in items] or [told]
        for item in listed:
            percents += [value for key, value in item.items() if key in _PERCENTS and isinstance(value, int | float)]
            minutes.append(item.get("estimated_time_to_regain_access", 0))
    return max(percents), max(minutes)


_PERCENTS = frozenset({"call_count", "total_time", "total_cputime", "app_id_util_pct", "acc_id_util_pct"})


def _full_wait(minutes: float) -> float:
    return min(minutes * 60 or FULL_WAIT_SECONDS, FULL_WAIT_SECONDS)


def _error(body: bytes) -> Failure | None:
    try:
        return _envelopes.decode(body).error
    except msgspec.DecodeError:
        return None
