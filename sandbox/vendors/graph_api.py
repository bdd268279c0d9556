"""What Meta's Graph API does whatever is asked: tokens, error envelopes, cursors, faults."""

import base64
import json
import re
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import parse_qs, urlencode
from zoneinfo import ZoneInfo

from sandbox.server import Request, Response
from sandbox.world.model import World

VERSION = "v26.0"
HEADERS = {"Content-Type": "application/json; charset=UTF-8", "facebook-api-version": VERSION}
ZONE = ZoneInfo("America/Los_Angeles")
Params = dict[str, str]


class RefusedError(Exception):
    """An answer that is an error."""

    def __init__(self, code: int, message: str, subcode: int | None = None, status: int = 400, **more: Any) -> None:
        super().__init__(message)
        self.body = {
            "error": {
                "message": message,
                "type": "OAuthException",
                "code": code,
                **({} if subcode is None else {"error_subcode": subcode}),
                **more,
                "fbtrace_id": "A1b2C3d4E5f6",
            }
        }
        self.status = status

    def response(self, headers: dict[str, str] | None = None) -> Response:
        return answer(self.body, self.status, headers)


class GraphVendor:
    """One product of the Graph API. A subclass gives `_answer`: the body of a path, or RefusedError."""

    name = ""
    token = ""

    def __init__(self, world: World, as_of: datetime, base_url: str) -> None:
        self._world = world
        self._as_of = as_of
        self._base_url = base_url
        self._spoil = ""  # the fault that waits for a page which it fits
        self._moved: dict[str, list[str]] = {}  # rows that left their page, by list: they come back at its end
        self._vanished: set[date] = set()

    @property
    def today(self) -> date:
        """Meta's day at the instant."""
        return self._as_of.astimezone(ZONE).date()

    def handle(self, request: Request) -> Response:
        """The answer as the vendor gives it."""
        headers = {name.lower(): value for name, value in request.headers.items()}
        params = {name: values[-1] for name, values in request.query.items()}
        if request.method == "POST":
            params |= {name: values[-1] for name, values in parse_qs(request.body.decode()).items()}
        token = params.pop("access_token", None) or headers.get("authorization", "").removeprefix("Bearer ")
        try:
            version, _, path = request.path.lstrip("/").partition("/")
            if version != VERSION:
                raise RefusedError(2635, "(#2635) You are calling a deprecated version of the Ads API.")
            return answer(self._answer(request.method, path, params, token))
        except RefusedError as refused:
            return refused.response()

    def fault(self, kind: str, request: Request, **arguments: Any) -> Response | None:
        """A fault in the vendor's own form; None where it does not exist for this vendor or request."""
        if kind in ("throttle", "throttle_retry_after"):
            words = "(#80000) There have been too many calls from this ad-account. Wait a bit and try again."
            minutes = int(kind == "throttle_retry_after")  # the vendor's only hint is in whole minutes
            used = {"type": "ads_insights", "call_count": 100, "total_cputime": 25, "total_time": 25}
            told = {"333333333": [{**used, "estimated_time_to_regain_access": minutes}]}
            refused = RefusedError(80000, words, 2446079)
            return refused.response({"x-business-use-case-usage": json.dumps(told)})
        if kind == "expired_token":
            words = "Error validating access token: Session has expired on Friday, 30-Oct-26 09:00:00 PDT."
            return RefusedError(190, words, 463).response()
        if kind == "bad_credentials":
            return RefusedError(190, f"Malformed access token {self.token}").response()
        if kind == "error_200":
            words = "An unexpected error has occurred. Please retry your request later."
            return RefusedError(2, words, status=200, is_transient=True).response()
        if kind == "server_error":
            return Response(503, b"Service Unavailable", {"Content-Type": "text/plain"})
        if kind == "vanished_day":
            self._vanished.add(_day(arguments["day"]))
            self._forget()
            return self.handle(request)
        if kind in ("duplicate_page", "moving_row"):
            self._spoil = kind
            response = self.handle(request)
            is_spoilt, self._spoil = not self._spoil, ""
            return response if is_spoilt else None
        body = self.handle(request).body
        if kind == "unknown_column":
            return Response(200, body.replace(b'{"', b'{"surprise":1,"', 1).replace(b"[{", b'[{"surprise":1,'), HEADERS)
        if kind == "changed_type":
            changed = re.sub(rb'"(impressions|id|value)":"?([^",]*)"?', rb'"\1":{"was":"\2"}', body)
            return None if changed == body else Response(200, changed, HEADERS)
        return None

    def _answer(self, method: str, path: str, params: Params, token: str) -> Any:
        """JSON as bytes, or anything that becomes JSON."""
        raise NotImplementedError

    def _forget(self) -> None:
        """Drops what was made from the truth before a day vanished."""

    def _page(self, rows: list[str], path: str, params: Params) -> bytes:
        """One page of rendered rows; the cursor is the place of the next one."""
        limit = int(params.get("limit", 25))
        start = int(base64.b64decode(params["after"])) if "after" in params else 0
        end = min(start + limit, len(rows))
        page = rows[start:end]
        which = f"{path}?{urlencode({name: value for name, value in params.items() if name != 'after'})}"
        if self._spoil == "duplicate_page" and start:
            page, self._spoil = rows[start - min(start, limit // 2) : end], ""
        elif self._spoil == "moving_row" and end < len(rows):
            self._moved.setdefault(which, []).append(page[0])
            page, self._spoil = page[1:], ""
        elif end == len(rows):
            page = [*page, *self._moved.pop(which, [])]
        if not rows:
            return b'{"data":[]}'
        after = base64.b64encode(str(end).encode()).decode()
        cursors = {"before": base64.b64encode(str(start).encode()).decode(), "after": after}
        paging: dict[str, Any] = {"cursors": cursors}
        if end < len(rows):
            query = urlencode({**params, "access_token": self.token, "after": after})
            paging["next"] = f"https://graph.facebook.com/{VERSION}/{path}?{query}"
        return f'{{"data":[{",".join(page)}],"paging":{json.dumps(paging)}}}'.encode()


def answer(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(status, body if isinstance(body, bytes) else json.dumps(body).encode(), HEADERS | (headers or {}))


def listed(text: str) -> list[str]:
    """A list parameter: comma text in an address, a JSON list in the form of the vendor's own client."""
    return json.loads(text) if text.startswith("[") else [name for name in text.split(",") if name]


def _day(value: Any) -> date:
    return date.fromisoformat(value) if isinstance(value, str) else value


def instant(text: str) -> datetime:
    """A `since` or `until`: seconds since 1970, or a day that begins at Pacific midnight."""
    if text.isdigit():
        return datetime.fromtimestamp(int(text), UTC)
    return datetime.combine(date.fromisoformat(text), datetime.min.time(), ZONE)
