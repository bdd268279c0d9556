"""What Google's APIs share: access tokens (from a refresh token or a service account) and the shape of their errors."""

import json
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

import msgspec
import requests

from connectors.common.errors import CredentialsRejectedError, SourceError, UnexpectedAnswerError
from connectors.common.http import ApiClient, Kind, Verdict, env_name, verdict_by_status

TOKEN_URL = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address
JWT_LIFETIME_SECONDS = 3600  # the longest that Google takes


class Wire(msgspec.Struct, gc=False, rename="camel"):
    """Base of all bodies; keys that are not declared are passed over, keys at their default may be absent."""


class QuotaDetails(Wire):
    retry_delay: str = ""  # "5603s"


class ErrorDetails(Wire):
    quota_error_details: QuotaDetails | None = None


class CodedError(Wire):
    """One error of a Google Ads failure; `error_code` is `{family: ENUM}`."""

    error_code: dict[str, str] = {}
    message: str = ""
    details: ErrorDetails | None = None


class FailureDetail(Wire):
    errors: list[CodedError] = []


class Failure(Wire):
    code: int = 0
    message: str = ""
    status: str = ""
    details: list[FailureDetail] = []

    @property
    def errors(self) -> list[CodedError]:
        return [error for detail in self.details for error in detail.errors]


class Envelope(Wire):
    error: Failure | None = None


class Token(msgspec.Struct, gc=False):
    access_token: str


class TokenFailure(msgspec.Struct, gc=False):
    error: str = ""
    error_description: str = ""


_one = msgspec.json.Decoder(Envelope)
_many = msgspec.json.Decoder(list[Envelope])


def failure_in(body: bytes) -> Failure | None:
    """The error of a body, alone or in the array of a stream; None if there is none or it is not JSON."""
    try:
        envelopes = _many.decode(body) if body.lstrip().startswith(b"[") else [_one.decode(body)]
    except msgspec.DecodeError:
        return None
    return next((envelope.error for envelope in envelopes if envelope.error), None)


class GoogleToken:
    """An access token, asked for when it is first needed and again when a call says that it has expired.

    `grant`: the form that Google's token endpoint takes. `credential`: the setting to name when it is refused.
    """

    def __init__(self, source: str, token_url: str, grant: Callable[[], Mapping[str, str]], credential: str) -> None:
        self._source = source
        self._grant = grant
        self._credential = credential
        self._token = ""
        _, slash, path = token_url.partition("://")[2].partition("/")
        self._path = slash + path
        self._client = ApiClient(
            source,
            token_url.removesuffix(self._path),
            credential,
            auth_headers=lambda: {"Content-Type": "application/x-www-form-urlencoded"},
            judge=self._judge,
        )

    @property
    def headers(self) -> dict[str, str]:
        if not self._token:
            self.refresh()
        return {"Authorization": f"Bearer {self._token}"}

    def refresh(self) -> None:
        """Raises CredentialsRejectedError when Google does not take the credentials."""
        body = self._client.call("POST", self._path, body=urlencode(self._grant()).encode())
        try:
            self._token = msgspec.json.decode(body, type=Token).access_token
        except msgspec.DecodeError:
            raise UnexpectedAnswerError(f"{self._source}: the token endpoint did not answer with a token.") from None

    def _judge(self, response: requests.Response) -> Verdict:
        if response.status_code not in (400, 401):
            return verdict_by_status(response)
        try:
            told = msgspec.json.decode(response.content, type=TokenFailure)
        except msgspec.DecodeError:
            return Verdict(Kind.FATAL, f"HTTP {response.status_code}")
        if told.error in ("invalid_grant", "invalid_client", "unauthorized_client"):
            return Verdict(Kind.CREDENTIALS, f"{told.error}: {told.error_description}".rstrip(". :"))
        return Verdict(Kind.FATAL, told.error or f"HTTP {response.status_code}")


def user_grant(client_id: str | None, client_secret: str | None, refresh_token: str | None) -> Mapping[str, str]:
    """The form for a user's consent. Such tokens die after 7 days as long as the OAuth app is in testing."""
    return {
        "grant_type": "refresh_token",
        "client_id": client_id or "",
        "client_secret": client_secret or "",
        "refresh_token": refresh_token or "",
    }


def service_account_grant(source: str, service_account_info: str, scope: str, token_url: str) -> Mapping[str, str]:
    """The form for a service account's key file, given as its JSON text; SourceError when that is not such a file."""
    from cryptography.hazmat.primitives import hashes, serialization  # 0.1 s: only where it is used
    from cryptography.hazmat.primitives.asymmetric import padding, rsa

    setting = f"`service_account_info` in .dlt/secrets.toml or {env_name(source, 'service_account_info')}"
    try:
        info: dict[str, Any] = json.loads(service_account_info)
        key = serialization.load_pem_private_key(info["private_key"].encode(), password=None)
        email = str(info["client_email"])
    except (ValueError, TypeError, KeyError, AttributeError):
        raise CredentialsRejectedError(
            f"{source}: {setting} is not the JSON of a service account's key file (client_email, private_key)."
        ) from None
    if not isinstance(key, rsa.RSAPrivateKey):
        raise SourceError(f"{source}: the key in {setting} is not an RSA key.")
    now = int(time.time())
    claims = {"iss": email, "scope": scope, "aud": token_url, "iat": now, "exp": now + JWT_LIFETIME_SECONDS}
    signed = b".".join(_part(part) for part in ({"alg": "RS256", "typ": "JWT"}, claims))
    signature = key.sign(signed, padding.PKCS1v15(), hashes.SHA256())
    return {
        "grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer",
        "assertion": b".".join((signed, _base64(signature))).decode(),
    }


def _part(content: Mapping[str, Any]) -> bytes:
    return _base64(json.dumps(content, separators=(",", ":")).encode())


def _base64(content: bytes) -> bytes:
    return urlsafe_b64encode(content).rstrip(b"=")
