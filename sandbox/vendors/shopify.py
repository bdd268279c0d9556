"""Shopify's Admin GraphQL API over the truth: orders, refunds, customers and the shop, as of one instant.

The cost of a question is told but never too high, unless `dearest_page` is set: then a list that asks for more objects
is refused as the vendor does.
"""

import base64
import json
import re
from datetime import datetime
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from sandbox.server import Request, Response
from sandbox.vendors.encode import plain_instant
from sandbox.vendors.graphql import GraphQLError, Selected, Type, constant, page, parse, reference, render
from sandbox.vendors.shopify_schema import ShopSchema
from sandbox.world.model import World

VERSION = "2026-10"
TOKEN = "shpat_sandbox"  # noqa: S105 - the sandbox's own
LONGEST_LIST = 25_000  # the vendor ends lists here
JSON = {"Content-Type": "application/json; charset=utf-8", "X-Shopify-API-Version": VERSION}
_FILTER = re.compile(r"(\w+):(>=|<=|>|<|)'?([^'\s]+)'?")


class Shopify:
    """One shop; `page_size` is the largest page that the vendor gives."""

    name = "shopify"
    credentials: ClassVar = {"shop": "sandbox-shop", "client_id": "sandbox-client", "client_secret": "sandbox-secret"}
    page_size = 250
    dearest_page = 250

    def __init__(self, world: World, as_of: datetime, base_url: str) -> None:
        self._world = world
        self._as_of = as_of
        self._moved: str | None = None
        self._fault: str | None = None

    @cached_property
    def _schema(self) -> ShopSchema:
        return ShopSchema(self._world, self._as_of)

    def handle(self, request: Request) -> Response:
        """The answer as the vendor gives it."""
        if request.path == "/admin/oauth/access_token":
            return self._token(request)
        if request.method != "POST" or request.path != f"/admin/api/{VERSION}/graphql.json":
            return _answer(404, {"errors": "Not Found"})
        headers = {name.lower(): value for name, value in request.headers.items()}
        if headers.get("x-shopify-access-token") != TOKEN:
            return self._refused()
        asked = json.loads(request.body)
        try:
            fields = parse(asked["query"], asked.get("variables") or {})
            data = ",".join(f'"{name}":{self._top(name, selected)}' for name, selected in fields.items())
        except GraphQLError as error:
            return _answer(200, {"errors": [{"message": str(error), "extensions": {"code": error.code}}]})
        cost = '{"requestedQueryCost":52,"actualQueryCost":12,"throttleStatus":' + json.dumps(_bucket(1990)) + "}"
        return Response(200, f'{{"data":{{{data}}},"extensions":{{"cost":{cost}}}}}'.encode(), JSON)

    def fault(self, kind: str, request: Request, **arguments: Any) -> Response | None:
        """A fault in the vendor's own form; None where it does not exist for this vendor."""
        if kind == "throttle":
            error = {"message": "Throttled", "extensions": {"code": "THROTTLED"}}
            cost = {"requestedQueryCost": 100, "actualQueryCost": None, "throttleStatus": _bucket(90)}
            return _answer(200, {"errors": [error], "extensions": {"cost": cost}})
        if kind == "throttle_retry_after":
            words = "Exceeded 2 calls per second for api client. Reduce request rates to resume uninterrupted service."
            return _answer(429, {"errors": words}, {"Retry-After": "0.1"})
        if kind in ("expired_token", "bad_credentials"):
            return self._refused()
        if kind == "error_200":
            error = {"message": "Internal error", "extensions": {"code": "INTERNAL_SERVER_ERROR"}}
            return _answer(200, {"errors": [error]})
        if kind == "server_error":
            return Response(503, b"Service Unavailable", {"Content-Type": "text/plain"})
        if kind in ("duplicate_page", "moving_row"):
            self._fault = kind
            return self.handle(request)
        body = self.handle(request).body
        if kind == "unknown_column":
            return Response(200, body.replace(b'"node":{', b'"node":{"surprise":1,'), JSON)
        if kind == "changed_type":
            return Response(200, re.sub(rb'"createdAt":"[^"]*"', b'"createdAt":[]', body), JSON)
        return None

    def _token(self, request: Request) -> Response:
        form = dict(pair.split("=", 1) for pair in request.body.decode().split("&") if "=" in pair)
        if form.get("client_secret") != self.credentials["client_secret"]:
            return _answer(401, {"error": "invalid_client", "error_description": "Client authentication failed"})
        scope = "read_orders,read_all_orders,read_customers,read_products,read_inventory"
        return _answer(200, {"access_token": TOKEN, "scope": scope, "expires_in": 86399})

    def _refused(self) -> Response:
        words = "[API] Invalid API key or access token (unrecognized login or wrong password)"
        return _answer(401, {"errors": words})

    def _top(self, name: str, selected: Selected) -> str:
        schema = self._schema
        if name == "orders":
            times = {"UPDATED_AT": schema.orders_updated, "CREATED_AT": schema.orders_created}
            return self._list("Order", schema.order, times, schema.order_ids, selected)
        if name == "customers":
            times = {"UPDATED_AT": schema.customers_updated, "CREATED_AT": schema.customers_updated}
            return self._list("Customer", schema.customer, times, schema.customer_ids, selected)
        if name == "node":
            return self._nodes([selected.arguments["id"]], selected)[0]
        if name == "nodes":
            return "[" + ",".join(self._nodes(selected.arguments["ids"], selected)) + "]"
        if name == "shop":
            shop: Type = {
                "id": constant('"gid://shopify/Shop/690933842"'),
                "currencyCode": constant(f'"{self._world.company.currency}"'),
                "ianaTimezone": constant(f'"{self._world.company.zone}"'),
            }
            return render("Shop", shop, [0], selected.fields)[0]
        if name == "currentAppInstallation":
            handles = ("read_orders", "read_all_orders", "read_customers", "read_products", "read_inventory")
            scopes = json.dumps([{"handle": handle} for handle in handles])
            return render("AppInstallation", {"accessScopes": constant(scopes)}, [0], selected.fields)[0]
        raise GraphQLError(f"Field '{name}' doesn't exist on type 'QueryRoot'", "undefinedField")

    def _nodes(self, ids: list[str], selected: Selected) -> list[str]:
        """Objects by id, null where there is none."""
        if not ids:
            return []
        kind = ids[0].split("/")[3]  # all of one kind: the questions have one fragment
        kinds = {"Order": self._schema.order, "Refund": self._schema.refund}
        rows = [self._rows.get(gid, -1) for gid in ids]
        return reference(kind, kinds[kind], rows)(range(len(rows)), selected)

    @cached_property
    def _rows(self) -> dict[str, int]:
        """Place of every order and refund by its id."""
        ids = (*self._schema.order_ids, *self._schema.refund_ids)
        places = (*range(len(self._schema.order_ids)), *range(len(self._schema.refund_ids)))
        return {text.strip('"'): place for text, place in zip(ids, places, strict=True)}

    @cached_property
    def _sorted(self) -> dict[tuple[str, str], npt.NDArray[np.int64]]:
        return {}

    def _list(
        self,
        name: str,
        kind: Type,
        times: dict[str, npt.NDArray[np.datetime64]],
        ids: list[str],
        selected: Selected,
    ) -> str:
        arguments = selected.arguments
        first = int(arguments.get("first") or 0)
        if not 0 < first <= self.page_size:
            raise GraphQLError("you must provide one of first or last, at most 250", "BAD_REQUEST")
        if first > self.dearest_page:
            words = "which exceeds the single query max cost limit (1000)."
            raise GraphQLError(f"Query cost is {first * 15}, {words}", "MAX_COST_EXCEEDED")
        sort = arguments.get("sortKey") or "CREATED_AT"
        if (name, sort) not in self._sorted:
            self._sorted[name, sort] = np.argsort(times[sort], kind="stable")
        order = self._sorted[name, sort]
        is_wanted = np.ones(len(order), dtype=bool)
        for field, sign, value in _FILTER.findall(arguments.get("query") or ""):
            is_wanted &= _compared(times, field, sign, value)
        rows = order[is_wanted[order]]
        start = _place(arguments.get("after"))
        if start >= LONGEST_LIST:
            raise GraphQLError("pagination is limited to 25,000 objects", "BAD_REQUEST")
        if self._fault == "duplicate_page":
            start -= min(start, first // 2)
        end = min(start + first, len(rows))
        asked = selected.fields["edges"].fields["node"].fields if "edges" in selected.fields else {}
        nodes = render(name, kind, rows[start:end].tolist(), asked)
        needs_all = "cursor" in selected.fields["edges"].fields if "edges" in selected.fields else False
        cursors = [_cursor(place + 1) for place in range(start if needs_all else max(start, end - 1), end)]
        if self._fault == "moving_row" and self._moved is None and end < len(rows):
            self._moved, nodes = nodes[0], nodes[1:]
        elif self._moved is not None and end == len(rows):
            nodes, self._moved = [*nodes, self._moved], None
        self._fault = None
        return page(selected, nodes, cursors, end < len(rows))


def _compared(times: dict[str, npt.NDArray[np.datetime64]], field: str, sign: str, value: str) -> npt.NDArray[np.bool_]:
    column = times.get(field.upper())
    if column is None:
        raise GraphQLError(f"the sandbox knows no filter on {field}", "BAD_REQUEST")
    limit = plain_instant(datetime.fromisoformat(value))
    compare = {">=": np.greater_equal, "<=": np.less_equal, ">": np.greater, "<": np.less, "": np.equal}
    return compare[sign](column, limit)


def _cursor(place: int) -> str:
    return base64.b64encode(json.dumps({"last": place}).encode()).decode()


def _place(cursor: str | None) -> int:
    return int(json.loads(base64.b64decode(cursor))["last"]) if cursor else 0


def _bucket(available: int) -> dict[str, float]:
    return {"maximumAvailable": 2000.0, "currentlyAvailable": available, "restoreRate": 100.0}


def _answer(status: int, body: Any, headers: dict[str, str] | None = None) -> Response:
    return Response(status, json.dumps(body).encode(), JSON | (headers or {}))


VENDOR = Shopify
