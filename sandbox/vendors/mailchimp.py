"""Mailchimp's Marketing API over the truth: campaigns, reports, what recipients did, lists, members, growth."""

import base64
import json
import re
from collections.abc import Callable
from datetime import date, datetime
from functools import cached_property
from typing import Any, ClassVar

from sandbox.server import Request, Response
from sandbox.vendors.mailchimp_bodies import Bodies, Listed
from sandbox.world.model import World

JSON = {"Content-Type": "application/json; charset=utf-8"}
PROBLEM = {"Content-Type": "application/problem+json; charset=utf-8"}
LARGEST_PAGE = 1000
Query = dict[str, str]


class Mailchimp:
    """One account with its lists."""

    name = "mailchimp"
    key = "0123456789abcdef0123456789abcdef-us1"
    credentials: ClassVar[dict[str, str]] = {"api_key": key}
    page_size = LARGEST_PAGE

    def __init__(self, world: World, as_of: datetime, base_url: str) -> None:
        self._world = world
        self._as_of = as_of
        self._vanished: set[date] = set()
        self._lists: dict[
            tuple[str, ...], Listed
        ] = {}  # recipients' lists, whose further pages are still to be asked for
        self._spoil = ""  # the fault that waits for a page which it fits
        self._moved: dict[str, list[str]] = {}  # rows that left their page, by list: they come back at its end

    @cached_property
    def _bodies(self) -> Bodies:
        return Bodies(self._world, self._as_of, self._vanished)

    def handle(self, request: Request) -> Response:
        """The answer as the vendor gives it."""
        headers = {name.lower(): value for name, value in request.headers.items()}
        if not _is_key(headers.get("authorization", ""), self.key):
            words = "Your API key may be invalid, or you've attempted to access the wrong datacenter."
            return problem(401, "API Key Invalid", words)
        query = {name: values[-1] for name, values in request.query.items()}
        steps = request.path.strip("/").split("/")
        listed = self._listed(steps[1:], query) if steps[0] == "3.0" else None
        if listed is None:
            return problem(404, "Resource Not Found", "The requested resource could not be found.")
        return Response(200, self._page(listed, request.path, query), JSON)

    def fault(self, kind: str, request: Request, **arguments: Any) -> Response | None:
        """A fault in the vendor's own form; None where it does not exist for this vendor or request."""
        if kind == "throttle":
            words = "You have exceeded the limit of 10 simultaneous connections."
            return problem(429, "Too Many Requests", words)
        if kind == "throttle_retry_after":  # the edge refuses without a body, and without a time
            return Response(403, b"", {"Content-Type": "text/html"})
        if kind in ("expired_token", "bad_credentials"):
            words = "Your API key may be invalid, or you've attempted to access the wrong datacenter."
            return problem(401, "API Key Invalid", words)
        if kind == "server_error":
            return problem(500, "Internal Server Error", "An unexpected internal error has occurred.")
        if kind == "vanished_day":
            day = arguments["day"]
            self._vanished.add(date.fromisoformat(day) if isinstance(day, str) else day)
            self.__dict__.pop("_bodies", None)
            self._lists = {}
            return self.handle(request)
        if kind in ("duplicate_page", "moving_row"):
            self._spoil = kind
            response = self.handle(request)
            is_spoilt, self._spoil = not self._spoil, ""
            return response if is_spoilt else None
        body = self.handle(request).body
        if kind == "unknown_column":
            return Response(200, body.replace(b"[{", b'[{"surprise":1,'), JSON)
        if kind == "changed_type":
            changed = re.sub(rb'"(emails_sent|email_id|id)":"?([^",}]*)"?', rb'"\1":["\2"]', body)
            return None if changed == body else Response(200, changed, JSON)
        return None

    def _listed(self, steps: list[str], query: Query) -> Listed | None:
        bodies = self._bodies
        routes: dict[tuple[int, str], Callable[[], Listed | None]] = {
            (1, "campaigns"): lambda: bodies.campaigns(query),
            (1, "reports"): lambda: bodies.reports(query),
            (1, "lists"): lambda: bodies.lists(),
            (3, "sent-to"): lambda: self._kept(steps, bodies.sent_to),
            (3, "email-activity"): lambda: self._kept(steps, bodies.email_activity),
            (3, "unsubscribed"): lambda: self._kept(steps, bodies.unsubscribed),
            (3, "members"): lambda: bodies.members(steps[1], query),
            (3, "growth-history"): lambda: bodies.growth_history(steps[1]),
        }
        route = routes.get((len(steps), steps[-1]))
        return route() if route else None

    def _kept(self, steps: list[str], listed: Callable[[str], Listed]) -> Listed:
        if tuple(steps) not in self._lists:
            self._lists = {tuple(steps): listed(steps[1])}
        return self._lists[tuple(steps)]

    def _page(self, listed: Listed, path: str, query: Query) -> bytes:
        """Rows `offset` to `offset + count` with the fields that were asked for."""
        count = min(int(query.get("count", 10)), LARGEST_PAGE)
        start = int(query.get("offset", 0))
        wanted = query["fields"].split(",") if "fields" in query else None
        end = min(start + count, len(listed))
        page = listed.rows(start, end, wanted)
        if self._spoil == "duplicate_page" and start:
            page, self._spoil = [*listed.rows(start - min(start, count // 2), start, wanted), *page], ""
        elif self._spoil == "moving_row" and end < len(listed):
            self._moved.setdefault(path, []).append(page[0])
            page, self._spoil = page[1:], ""
        elif end == len(listed):
            page = [*page, *self._moved.pop(path, [])]
        return f'{{"{listed.key}":[{",".join(page)}],"total_items":{len(listed)},"_links":[]}}'.encode()


def problem(status: int, title: str, detail: str) -> Response:
    body = {
        "type": "https://mailchimp.com/developer/marketing/docs/errors/",
        "title": title,
        "status": status,
        "detail": detail,
        "instance": "995c5cb0-3280-4a6e-808b-3b096d0bb219",
    }
    return Response(status, json.dumps(body).encode(), PROBLEM)


def _is_key(authorization: str, key: str) -> bool:
    scheme, _, value = authorization.partition(" ")
    if scheme == "Basic":
        return base64.b64decode(value).decode().partition(":")[2] == key
    return scheme == "Bearer" and value == key


VENDOR = Mailchimp
