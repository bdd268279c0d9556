"""HubSpot's CRM API over the truth: lists, searches, batch reads, associations, as of one instant."""

import json
from datetime import datetime
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from sandbox.server import Request, Response
from sandbox.vendors.hubspot_records import Crm, Records
from sandbox.world.deals import DEAL_STAGES, PIPELINES
from sandbox.world.model import World

JSON = {"Content-Type": "application/json;charset=utf-8"}
TOKEN = "pat-eu1-sandbox"  # noqa: S105 - the sandbox's own
LARGEST_SEARCH = 10_000
OBJECTS = ("contacts", "companies", "deals")
_PROBABILITIES = dict(zip(DEAL_STAGES, ("0.2", "0.4", "0.6", "0.9", "1.0", "0.0"), strict=True))


class HubSpot:
    """One account; `page_size` is the largest page of a list."""

    name = "hubspot"
    credentials: ClassVar = {
        "access_token": TOKEN,
        "client_id": "sandbox-client",
        "client_secret": "sandbox-secret",
        "refresh_token": "sandbox-refresh",
        "test_property": "is_test",
    }
    page_size = 100

    def __init__(self, world: World, as_of: datetime, base_url: str) -> None:
        self._world = world
        self._crm = Crm(world, as_of)
        self._repeated = 0  # rows of the page before that the next answer repeats

    def handle(self, request: Request) -> Response:
        """The answer as the vendor gives it."""
        if request.path == "/oauth/v1/token":
            return self._token(request)
        headers = {name.lower(): value for name, value in request.headers.items()}
        if headers.get("authorization") != f"Bearer {TOKEN}":
            words = "Authentication credentials not found. This API supports OAuth 2.0 authentication."
            return _error(401, words, category="INVALID_AUTHENTICATION")
        if request.path == "/account-info/v3/details":
            company = self._world.company
            return _json({"portalId": 555555, "timeZone": company.zone, "companyCurrency": company.currency})
        parts = request.path.strip("/").split("/")[2:]  # after /crm/<version>
        if parts == ["pipelines", "deals"]:
            return _json({"results": [_pipeline(name) for name in PIPELINES]})
        if parts[0] == "associations" and parts[-1] == "read":
            return self._associations(parts[2], json.loads(request.body))
        if parts[0] != "objects" or parts[1] not in OBJECTS:
            return _error(404, "resource not found", category="OBJECT_NOT_FOUND")
        records = getattr(self._crm, parts[1])
        if len(parts) == 2:
            return self._list(records, request)
        body = json.loads(request.body)
        return self._search(records, body) if parts[2] == "search" else self._read(records, body)

    def fault(self, kind: str, request: Request, **arguments: Any) -> Response | None:
        """A fault in the vendor's own form; None where it does not exist for this vendor or request."""
        if kind in ("throttle", "throttle_retry_after"):
            response = _error(
                429, "You have reached your secondly limit.", errorType="RATE_LIMIT", policyName="SECONDLY"
            )
            wait = {"Retry-After": "0.1"} if kind == "throttle_retry_after" else {}
            return Response(429, response.body, {**JSON, **wait})
        if kind == "expired_token":
            words = "The OAuth token used to make this call expired 0 second(s) ago."
            return _error(401, words, category="EXPIRED_AUTHENTICATION")
        if kind == "bad_credentials":
            return _error(401, "Authentication credentials not found.", category="INVALID_AUTHENTICATION")
        if kind == "server_error":
            return Response(502, b"<html>Bad Gateway</html>", {"Content-Type": "text/html"})
        if kind in ("duplicate_page", "moving_row"):
            if "after" not in request.query:
                return None
            self._repeated = self.page_size // 4 if kind == "duplicate_page" else 1
            return self.handle(request)
        good = self.handle(request)
        if b'"properties":{' not in good.body:
            return None
        if kind == "unknown_column":
            return Response(
                200, good.body.replace(b'"properties":{', b'"surprise":{},"properties":{"surprise":"1",'), JSON
            )
        if kind == "changed_type":
            return Response(200, good.body.replace(b'"properties":{', b'"properties":{"email":[],', 1), JSON)
        return None

    def _token(self, request: Request) -> Response:
        form = dict(pair.split("=", 1) for pair in request.body.decode().split("&") if "=" in pair)
        if form.get("refresh_token") != self.credentials["refresh_token"]:
            return _error(400, "missing or invalid refresh token", status="BAD_REFRESH_TOKEN")
        return _json(
            {"token_type": "bearer", "access_token": TOKEN, "refresh_token": "sandbox-refresh", "expires_in": 1800}
        )

    def _list(self, records: Records, request: Request) -> Response:
        query = {name: values[0] for name, values in request.query.items()}
        history = [name for name in query.get("propertiesWithHistory", "").split(",") if name]
        limit = int(query.get("limit", 10))
        if limit > (50 if history else self.page_size):
            return _error(
                400, f"limit must be at most {50 if history else self.page_size}", category="VALIDATION_ERROR"
            )
        rows = records.archived if query.get("archived") == "true" else records.live
        start = int(np.searchsorted(records.numbers[rows], int(query.get("after", 0))))
        start -= min(start, self._repeated)
        self._repeated = 0
        chosen = rows[start : start + limit].tolist()
        body = '{"results":[' + ",".join(records.render(chosen, query.get("properties", "").split(","), history)) + "]"
        if start + limit < len(rows):
            after = int(records.numbers[chosen[-1]]) + 1
            link = f"https://api.hubapi.com{request.path}?limit={limit}&after={after}"
            body += f',"paging":{{"next":{{"after":"{after}","link":"{link}"}}}}'
        return Response(200, (body + "}").encode(), JSON)

    def _search(self, records: Records, body: dict[str, Any]) -> Response:
        is_wanted = np.zeros(len(records.numbers), dtype=bool)
        for group in body.get("filterGroups", []):
            fits = np.ones(len(records.numbers), dtype=bool)
            for rule in group["filters"]:
                column = _searchable(records, rule["propertyName"])
                fits &= _compared(column, rule["operator"], int(rule["value"]))
            is_wanted |= fits
        rows = records.live[is_wanted[records.live]]
        sort = (body.get("sorts") or [{"propertyName": "hs_object_id"}])[0]
        rows = rows[np.argsort(_searchable(records, sort["propertyName"])[rows], kind="stable")]
        limit, after = int(body.get("limit", 10)), int(body.get("after") or 0)
        if limit > 200 or after + limit > LARGEST_SEARCH:
            return _error(400, "There was a problem with the request.")
        found = records.render(rows[after : after + limit].tolist(), body.get("properties", []))
        text = f'{{"total":{len(rows)},"results":[{",".join(found)}]'
        if after + limit < len(rows):
            text += f',"paging":{{"next":{{"after":"{after + limit}"}}}}'
        return Response(200, (text + "}").encode(), JSON)

    def _read(self, records: Records, body: dict[str, Any]) -> Response:
        wanted = [item["id"] for item in body["inputs"]]
        if len(wanted) > (50 if body.get("propertiesWithHistory") else 100):
            return _error(400, "too many inputs", category="VALIDATION_ERROR")
        live = set(records.live.tolist())
        rows = [row for key in wanted if (row := records.row_of.get(key)) is not None and row in live]
        found = records.render(rows, body.get("properties", []), body.get("propertiesWithHistory", []))
        status = 200 if len(rows) == len(wanted) else 207
        return Response(status, f'{{"status":"COMPLETE","results":[{",".join(found)}]}}'.encode(), JSON)

    def _associations(self, to_type: str, body: dict[str, Any]) -> Response:
        """One association per deal, every other one under two labels; deals without any are named as errors."""
        known = self._crm.associated[to_type]
        results, errors = [], []
        for item in body["inputs"]:
            deal = item["id"]
            if deal not in known:
                words = f"No {to_type} is associated with deal {deal}."
                sub = "crm.associations.NO_ASSOCIATIONS_FOUND"
                errors.append({"status": "error", "category": "OBJECT_NOT_FOUND", "subCategory": sub, "message": words})
                continue
            link = {"toObjectId": int(known[deal]), "associationTypes": [{"category": "HUBSPOT_DEFINED", "typeId": 3}]}
            results.append({"from": {"id": deal}, "to": [link] * (1 + int(deal) % 2)})
        more = {"numErrors": len(errors), "errors": errors} if errors else {}
        return _json({"status": "COMPLETE", "results": results, **more}, 207 if errors else 200)


def _searchable(records: Records, name: str) -> npt.NDArray[np.integer]:
    return records.numbers if name == "hs_object_id" else records.modified


def _compared(column: npt.NDArray[np.integer], operator: str, value: int) -> npt.NDArray[np.bool_]:
    compare = {"GTE": np.greater_equal, "LTE": np.less_equal, "GT": np.greater, "LT": np.less, "EQ": np.equal}
    return compare[operator](column, value)


def _pipeline(name: str) -> dict[str, Any]:
    stages = [
        {
            "id": stage,
            "label": stage,
            "displayOrder": place,
            "metadata": {"isClosed": str(stage.startswith("closed")).lower(), "probability": _PROBABILITIES[stage]},
            "archived": False,
        }
        for place, stage in enumerate(DEAL_STAGES)
    ]
    return {"id": name, "label": name, "displayOrder": 0, "stages": stages, "archived": False}


def _json(body: dict[str, Any], status: int = 200) -> Response:
    return Response(status, json.dumps(body).encode(), JSON)


def _error(http_status: int, message: str, **more: str) -> Response:
    body = {"status": "error", "message": message, "correlationId": "019d7712-d98f-7622-ad7a-045a0bcb177b", **more}
    return _json(body, http_status)


VENDOR = HubSpot
