"""What Google's APIs share on the wire: the token endpoint, the bearer check, the shape of errors."""

import json
from typing import Any
from urllib.parse import parse_qs

from sandbox.server import Request, Response

JSON = {"Content-Type": "application/json; charset=UTF-8"}
TOKEN_PATH = "/token"  # noqa: S105 - a path
_EXPIRED = (
    "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid "
    "authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project."
)


def answer(status: int, body: Any, headers: dict[str, str] | None = None) -> Response:
    return Response(status, json.dumps(body).encode(), {**JSON, **(headers or {})})


def failure(status: int, name: str, message: str, details: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    """The envelope of an error."""
    error = {"code": status, "message": message, "status": name, **({"details": details} if details else {})}
    return {"error": error}


def unauthenticated() -> Response:
    """What an expired or unknown access token gets."""
    headers = {"WWW-Authenticate": 'Bearer realm="https://accounts.google.com/", error="invalid_token"'}
    return answer(401, failure(401, "UNAUTHENTICATED", _EXPIRED), headers)


def has_token(request: Request, token: str) -> bool:
    headers = {name.lower(): value for name, value in request.headers.items()}
    return headers.get("authorization") == f"Bearer {token}"


def token_answer(request: Request, credentials: dict[str, str], token: str) -> Response:
    """A fresh access token for the right refresh token, or for any signed assertion."""
    form = {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
    wanted = {name: credentials[name] for name in ("client_id", "client_secret", "refresh_token")}
    is_user = form.get("grant_type") == "refresh_token" and wanted.items() <= form.items()
    is_service = form.get("grant_type", "").endswith(":jwt-bearer") and form.get("assertion", "").count(".") == 2
    if not is_user and not is_service:
        return invalid_grant()
    return answer(200, {"access_token": token, "expires_in": 3599, "scope": "", "token_type": "Bearer"})


def invalid_grant() -> Response:
    return answer(400, {"error": "invalid_grant", "error_description": "Token has been expired or revoked."})
