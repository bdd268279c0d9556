"""Google Ads over REST: queries by searchStream, and what its errors mean.

A stream that breaks after some chunks carries its error in a chunk, with status 200; then all of it is asked again.
"""

from collections.abc import Iterator

import requests

from connectors.common.errors import SourceError
from connectors.common.google_api import CodedError, Failure, GoogleToken, failure_in
from connectors.common.http import ApiClient, Kind, Verdict, retry_after, verdict_by_status
from connectors.google_ads.wire import Chunk, Row

_ERROR_MARK = b'"error":'  # inside a text the quotes would be escaped
_LONGEST_ERROR = 64_000  # bytes from the end in which a stream's error lies
_CREDENTIAL_CODES = frozenset({"NOT_ADS_USER", "OAUTH_TOKEN_REVOKED", "OAUTH_TOKEN_DISABLED"})
_EXPIRED_CODES = frozenset({"OAUTH_TOKEN_EXPIRED", "OAUTH_TOKEN_INVALID"})


class AccountClosedError(SourceError):
    """An account that is not enabled, or was closed: it is passed over."""


class GoogleAdsApi:
    """Asks one account at a time, reached through a manager account where there is one."""

    def __init__(
        self, base_url: str, api_version: str, token: GoogleToken, developer_token: str | None, credential: str
    ) -> None:
        self._version = api_version
        self._token = token
        self._developer_token = developer_token
        self._manager = ""
        self._client = ApiClient(
            "google_ads",
            base_url,
            credential,
            auth_headers=self._headers,
            refresh=token.refresh,
            judge=_judge,
        )

    def rows(self, account_id: str, query: str, manager_id: str = "") -> Iterator[Row]:
        """All rows of a query; AccountClosedError, CredentialsRejectedError or SourceError in one clear sentence."""
        self._manager = manager_id
        path = f"/{self._version}/customers/{account_id}/googleAds:searchStream"
        for chunk in self._client.post_as(list[Chunk], path, {"query": query}):
            yield from chunk.results

    def _headers(self) -> dict[str, str]:
        headers = dict(self._token.headers)
        if self._manager:
            headers["login-customer-id"] = self._manager
        if self._developer_token:
            headers["developer-token"] = self._developer_token
        return headers


def _judge(response: requests.Response) -> Verdict:
    if response.status_code < 400 and _ERROR_MARK not in response.content[-_LONGEST_ERROR:]:
        return Verdict(Kind.OK)
    failure = failure_in(response.content)
    if failure is None:
        return verdict_by_status(response)
    codes = {code for error in failure.errors for code in error.error_code.values()}
    reason = _reason(failure)
    if "CUSTOMER_NOT_ENABLED" in codes:
        raise AccountClosedError(f"google_ads: {reason}.")
    if "USER_PERMISSION_DENIED" in codes:
        return Verdict(Kind.FATAL, f"{reason}; behind a manager account set `login_customer_id` to its number")
    if codes & _CREDENTIAL_CODES:
        return Verdict(Kind.CREDENTIALS, reason)
    if codes & _EXPIRED_CODES:
        return Verdict(Kind.EXPIRED, reason)
    status = failure.code or response.status_code
    if status == 429 or any("quotaError" in error.error_code for error in failure.errors):
        return Verdict(Kind.THROTTLED, reason, _delay(failure.errors) or retry_after(response))
    if status >= 500:
        return Verdict(Kind.TRANSIENT, reason)
    if status == 401 and not codes:
        return Verdict(Kind.EXPIRED, reason)
    return Verdict(Kind.FATAL, reason)


def _reason(failure: Failure) -> str:
    """The vendor's own words: the first coded error, else the status."""
    for error in failure.errors:
        code = next(iter(error.error_code.values()), "")
        return f"{code}: {error.message}".rstrip(". :")
    return f"{failure.status or 'error'} (HTTP {failure.code})"


def _delay(errors: list[CodedError]) -> float | None:
    """Seconds that the vendor asks to wait, as `"5603s"`."""
    for error in errors:
        details = error.details and error.details.quota_error_details
        if details and details.retry_delay.endswith("s"):
            return float(details.retry_delay.removesuffix("s"))
    return None
