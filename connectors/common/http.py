"""One HTTP client for every vendor: retries, throttling, one token refresh, no secret in an error."""

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import Enum, auto
from typing import Any, TypeVar
from urllib.parse import urlencode, urlsplit

import msgspec
import requests
from requests.adapters import BaseAdapter

from connectors.common import drift
from connectors.common.errors import (
    CredentialsRejectedError,
    SourceError,
    ThrottledError,
    UnexpectedAnswerError,
    VendorUnavailableError,
)

T = TypeVar("T")

# `requests` reads bodies in pieces of 10 KB: 0.4 s of processor time for 400 MB.
requests.models.CONTENT_CHUNK_SIZE = 1 << 20


class Kind(Enum):
    """What an answer means; decided by body where the vendor's status does not tell."""

    OK = auto()
    THROTTLED = auto()  # wait, then again
    EXPIRED = auto()  # refresh the token once, then again
    TRANSIENT = auto()  # back off, then again
    CREDENTIALS = auto()  # refused for good
    FATAL = auto()  # wrong request or missing permission


@dataclass(frozen=True)
class Verdict:
    """`wait_seconds`: what the vendor asks for. `reason`: the vendor's own words, without secrets."""

    kind: Kind
    reason: str = ""
    wait_seconds: float | None = None


@dataclass(frozen=True)
class Patience:
    """How long a load waits for a vendor. `base` grows by 2 with each try, with jitter."""

    tries: int = 5
    base_seconds: float = 1.0
    longest_wait_seconds: float = 120.0
    timeout_seconds: float = 120.0


def retry_after(response: requests.Response) -> float | None:
    """Seconds of the `Retry-After` header (number or HTTP date), None if there is none."""
    value = response.headers.get("Retry-After")
    if value is None:
        return None
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        return max(0.0, (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds())
    except (TypeError, ValueError):
        return None


def verdict_by_status(response: requests.Response) -> Verdict:
    """What the status alone says; vendors with bodies that say more wrap it."""
    status = response.status_code
    if status < 400:
        return Verdict(Kind.OK)
    reason = f"HTTP {status}"
    if status == 401:
        return Verdict(Kind.EXPIRED, reason)
    if status == 429:
        return Verdict(Kind.THROTTLED, reason, retry_after(response))
    if status >= 500 or status in (408, 425):
        return Verdict(Kind.TRANSIENT, reason, retry_after(response))
    return Verdict(Kind.FATAL, reason)


@dataclass
class ApiClient:
    """A vendor's API.

    `source`: source name, for messages. `auth_headers`: called before each try. `refresh`: gets a new token, called at
    most once per client until a call succeeds again. `credential`: the setting named when credentials are refused.
    `judge`: reads an answer.
    """

    source: str
    base_url: str
    credential: str
    auth_headers: Callable[[], Mapping[str, str]] = dict
    refresh: Callable[[], None] | None = None
    judge: Callable[[requests.Response], Verdict] = verdict_by_status
    patience: Patience = Patience()
    session: requests.Session | None = None
    sleep: Callable[[float], None] = time.sleep

    def __post_init__(self) -> None:
        self._session = self.session or open_session()
        self._is_refreshed = False

    def get(self, path: str, params: Mapping[str, Any] | None = None) -> bytes:
        return self.call("GET", path, params=params)

    def post(self, path: str, json: Any = None, params: Mapping[str, Any] | None = None) -> bytes:
        return self.call("POST", path, params=params, body=msgspec.json.encode(json))

    def get_as(self, kind: type[T], path: str, params: Mapping[str, Any] | None = None) -> T:
        """GET, decoded into a typed struct; a broken or truncated body is asked for again."""
        return self._decoded(kind, "GET", path, params, None)

    def post_as(self, kind: type[T], path: str, json: Any = None, params: Mapping[str, Any] | None = None) -> T:
        return self._decoded(kind, "POST", path, params, msgspec.json.encode(json))

    def post_form_as(self, kind: type[T], path: str, form: Mapping[str, Any]) -> T:
        """The same with a form as body; `auth_headers` names its content type."""
        return self._decoded(kind, "POST", path, None, urlencode(form).encode())

    def _decoded(
        self, kind: type[T], method: str, path: str, params: Mapping[str, Any] | None, body: bytes | None
    ) -> T:
        decoder = _decoder(kind)
        for attempt in range(self.patience.tries):
            answer = self.call(method, path, params=params, body=body)
            try:
                decoded = decoder.decode(answer)
            except msgspec.ValidationError as error:
                raise UnexpectedAnswerError(
                    f"{self.source}: the answer of {self._place(path)} has changed its shape: "
                    f"{drift.difference(error)}. Nothing was loaded; update the connector or report it."
                ) from None
            except msgspec.DecodeError:
                if attempt + 1 < self.patience.tries:
                    self._pause(attempt, None)
            else:
                drift.look(self.source, path, kind, answer)
                return decoded
        raise VendorUnavailableError(
            f"{self.source}: {self._place(path)} keeps answering with something that is not JSON."
        )

    def call(self, method: str, path: str, params: Mapping[str, Any] | None = None, body: bytes | None = None) -> bytes:
        """The body of a good answer.

        Raises CredentialsRejectedError, ThrottledError, VendorUnavailableError or SourceError; every text is safe.
        """
        verdict = Verdict(Kind.TRANSIENT)
        attempt = 0
        while attempt < self.patience.tries:
            response, verdict = self._try(method, path, params, body)
            if response is not None and verdict.kind is Kind.OK:
                self._is_refreshed = False
                return response.content
            if verdict.kind is Kind.EXPIRED and self.refresh and not self._is_refreshed:
                self._is_refreshed = True
                self.refresh()
                continue
            if verdict.kind in (Kind.EXPIRED, Kind.CREDENTIALS):
                raise CredentialsRejectedError(
                    f"{self.source}: the vendor refuses the credentials ({verdict.reason}). "
                    f"Check `{self.credential}` in .dlt/secrets.toml or {env_name(self.source, self.credential)}."
                )
            if verdict.kind is Kind.FATAL:
                raise SourceError(f"{self.source}: {self._place(path)} was refused: {verdict.reason}.")
            if (verdict.wait_seconds or 0) > self.patience.longest_wait_seconds:
                break
            attempt += 1
            if attempt < self.patience.tries:
                self._pause(attempt - 1, verdict.wait_seconds)
        if verdict.kind is Kind.THROTTLED:
            wait = f", asks to wait {verdict.wait_seconds:.0f} s" if verdict.wait_seconds else ""
            raise ThrottledError(
                f"{self.source}: the vendor's limit is used up ({verdict.reason}{wait}). The next run goes on."
            )
        raise VendorUnavailableError(
            f"{self.source}: {self._place(path)} failed {self.patience.tries} times ({verdict.reason}). "
            "The next run tries again."
        )

    def _try(
        self, method: str, path: str, params: Mapping[str, Any] | None, body: bytes | None
    ) -> tuple[requests.Response | None, Verdict]:
        headers = {"Accept": "application/json", **self.auth_headers()}
        if body is not None:
            headers.setdefault("Content-Type", "application/json")
        try:
            response = self._session.request(
                method,
                self.base_url.rstrip("/") + path,
                params=params,
                data=body,
                headers=headers,
                timeout=self.patience.timeout_seconds,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            # The exception's own text may hold the URL with its token: name only its class.
            return None, Verdict(Kind.TRANSIENT, type(error).__name__)
        return response, self.judge(response)

    def _pause(self, attempt: int, wait_seconds: float | None) -> None:
        backoff = self.patience.base_seconds * 2**attempt * random.uniform(0.5, 1.0)  # noqa: S311
        self.sleep(max(wait_seconds or 0.0, backoff) if wait_seconds is None else wait_seconds)

    def _place(self, path: str) -> str:
        return urlsplit(path).path or "/"


def env_name(source: str, setting: str) -> str:
    """The environment variable in which dlt looks for a setting."""
    return f"SOURCES__{source.upper()}__{setting.upper()}"


_ADAPTERS: dict[str, BaseAdapter] = {}


def mount(prefix: str, adapter: BaseAdapter) -> None:
    """Answers every later session's calls under `prefix` by `adapter` (an in-process server)."""
    _ADAPTERS[prefix] = adapter


def open_session() -> requests.Session:
    """A session that keeps connections; urllib3's own retries are off, ours tell throttling from failing."""
    session = requests.Session()
    session.trust_env = False
    for prefix, adapter in _ADAPTERS.items():
        session.mount(prefix, adapter)
    return session


_DECODERS: dict[Any, msgspec.json.Decoder[Any]] = {}


def _decoder(kind: type[T]) -> msgspec.json.Decoder[T]:
    if kind not in _DECODERS:
        _DECODERS[kind] = msgspec.json.Decoder(kind)
    return _DECODERS[kind]
