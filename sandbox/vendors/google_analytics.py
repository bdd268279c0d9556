"""GA4's Data API over the truth: one property, reports in pages, quota, faults."""

import json
from collections import OrderedDict
from datetime import datetime
from functools import cached_property
from typing import Any, ClassVar

from sandbox.server import Request, Response
from sandbox.vendors.ga4_reports import Question, Rendered, ReportError, WebTruth
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

PROPERTY = "123456789"
TOKEN = "ya29.sandbox-analytics"  # noqa: S105 - the sandbox's own
USUAL_LIMIT = 10_000
KEPT_REPORTS = 3  # whose further pages are still to be asked for
_DOCS = "https://developers.google.com/analytics/devguides/reporting/data/v1"
_EXHAUSTED = (
    "Exhausted property tokens for a project per hour. These quota tokens will return in under an hour. "
    f"To learn more, see {_DOCS}/quotas"
)
_BUSY = (
    f"Exhausted concurrent requests quota. Please send fewer requests concurrently. To learn more, see {_DOCS}/quotas"
)


class GoogleAnalytics:
    """One property. `page_size` is the largest page; `tokens` what an hour allows (that of Analytics 360)."""

    name = "google_analytics"
    credentials: ClassVar = {
        "property_id": PROPERTY,
        "client_id": "sandbox-client",
        "client_secret": "sandbox-google-secret",
        "refresh_token": "1//sandbox-analytics-refresh",
        "token_url": f"{{url}}{TOKEN_PATH}",
    }
    page_size = 250_000
    tokens = 140_000

    def __init__(self, world: World, as_of: datetime, base_url: str) -> None:
        self._world = world
        self._as_of = as_of
        self._kept: OrderedDict[Question, Rendered] = OrderedDict()
        self._remaining = self.tokens

    @cached_property
    def _truth(self) -> WebTruth:
        return WebTruth(self._world, self._as_of)

    @cached_property
    def _account(self) -> dict[str, str]:
        accounts = self._world.tables["accounts"].astype(object)
        found = accounts[accounts["platform"] == "google_analytics"].iloc[0]
        return {"currencyCode": found["currency"], "timeZone": found["time_zone"]}

    def handle(self, request: Request) -> Response:
        """The answer as the vendor gives it."""
        if request.path == TOKEN_PATH:
            return token_answer(request, self.credentials, TOKEN)
        if not has_token(request, TOKEN):
            return unauthenticated()
        head, _, method = request.path.rpartition(":")
        if request.method != "POST" or method not in ("runReport", "batchRunReports"):
            return answer(404, failure(404, "NOT_FOUND", "Method not found."))
        if head != f"/v1beta/properties/{PROPERTY}":
            words = "User does not have sufficient permissions for this property."
            return answer(
                403, failure(403, "PERMISSION_DENIED", f"{words} To learn more about Property ID, see {_DOCS}")
            )
        body = json.loads(request.body)
        try:
            if method == "runReport":
                return Response(200, self._report(body).encode(), JSON)
            reports = ",".join(self._report(part) for part in body["requests"])
            return Response(200, f'{{"reports":[{reports}],"kind":"analyticsData#batchRunReports"}}'.encode(), JSON)
        except ReportError as error:
            return answer(400, failure(400, "INVALID_ARGUMENT", str(error)))
        except _ExhaustedError:
            return answer(429, failure(429, "RESOURCE_EXHAUSTED", _EXHAUSTED))

    def fault(self, kind: str, request: Request, **arguments: Any) -> Response | None:
        """A fault in the vendor's own form; None where it does not fit the request."""
        if request.path == TOKEN_PATH:
            return invalid_grant() if kind == "bad_credentials" else None
        if kind in ("throttle", "throttle_retry_after"):
            headers = {"Retry-After": "0.1"} if kind == "throttle_retry_after" else {}
            return answer(429, failure(429, "RESOURCE_EXHAUSTED", _BUSY), headers)
        if kind in ("expired_token", "bad_credentials"):
            return unauthenticated()
        if kind in ("server_error", "error_200"):
            broken = failure(500, "INTERNAL", "An internal error has occurred. Please retry.")
            return answer(500 if kind == "server_error" else 200, broken)
        body = json.loads(request.body)
        offset, limit = int(body.get("offset", 0)), int(body.get("limit", USUAL_LIMIT))
        if kind in ("duplicate_page", "moving_row"):
            if offset == 0:
                return None
            # A row that comes before the page moves all others by one; a repeated page begins where the last one did.
            start = offset - 1 if kind == "moving_row" else max(0, offset - limit)
            return Response(200, self._report({**body, "offset": start}).encode(), JSON)
        page = json.loads(self._report(body))
        if not page.get("rows"):
            return None
        if kind == "unknown_column":
            page["surprise"] = page["metadata"]["surprise"] = page["rows"][0]["surprise"] = {"x": 1}
        elif kind == "changed_type":
            page["rows"][0]["metricValues"][0]["value"] = 7
        elif kind == "vanished_day" and page.get("dimensionHeaders", [])[:1] == [{"name": "date"}]:
            day = str(arguments["day"]).replace("-", "")
            page["rows"] = [row for row in page["rows"] if row["dimensionValues"][0]["value"] != day]
            page["rowCount"] = len(page["rows"])
        else:
            return None
        return answer(200, page)

    def _report(self, body: dict[str, Any]) -> str:
        question = Question.of(body)
        rendered = self._rendered(question)
        start = int(body.get("offset", 0))
        rows = rendered.rows[start : start + min(int(body.get("limit", USUAL_LIMIT)), self.page_size)]
        cost = 10 + len(rows) // 10_000
        if self._remaining < cost:
            raise _ExhaustedError
        self._remaining -= cost
        metadata: dict[str, Any] = dict(self._account)
        if rendered.has_other_row:
            metadata["dataLossFromOtherRow"] = True
        if rendered.is_thresholded:
            metadata["subjectToThresholding"] = True
        parts = [
            f'"dimensionHeaders":{json.dumps([{"name": name} for name in question.dimensions])}'
            if question.dimensions
            else "",
            f'"metricHeaders":{json.dumps(self._truth.metric_headers(question.metrics))}',
            f'"rows":[{",".join(rows)}]' if rows else "",
            f'"rowCount":{len(rendered.rows)}' if rendered.rows else "",
            f'"metadata":{json.dumps(metadata)}',
            f'"propertyQuota":{json.dumps(self._quota(cost))}' if body.get("returnPropertyQuota") else "",
            '"kind":"analyticsData#runReport"',
        ]
        return "{" + ",".join(part for part in parts if part) + "}"

    def _rendered(self, question: Question) -> Rendered:
        if question not in self._kept:
            self._kept[question] = self._truth.answer(question)
            while len(self._kept) > KEPT_REPORTS:
                self._kept.popitem(last=False)
        return self._kept[question]

    def _quota(self, cost: int) -> dict[str, dict[str, int]]:
        left = {"consumed": cost, "remaining": self._remaining}
        plenty = {"consumed": cost, "remaining": 2_000_000}
        return {
            "tokensPerDay": plenty,
            "tokensPerHour": plenty,
            "tokensPerProjectPerHour": left,
            "concurrentRequests": {"remaining": 50},
            "serverErrorsPerProjectPerHour": {"remaining": 50},
            "potentiallyThresholdedRequestsPerHour": {"remaining": 120},
        }


class _ExhaustedError(Exception):
    """No tokens left."""


VENDOR = GoogleAnalytics
