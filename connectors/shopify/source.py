"""Shopify Admin GraphQL API 2026-10: 100 to 2,000 cost points a second, at most 1,000 a question.

Needs `SOURCES__SHOPIFY__SHOP` and either `…__ACCESS_TOKEN` or `…__CLIENT_ID` and `…__CLIENT_SECRET`.
"""

import logging
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from functools import cached_property
from typing import NamedTuple

import dlt
import pyarrow as pa
from dlt.extract import DltResource

from connectors.common.errors import CredentialsRejectedError
from connectors.common.resource import resource
from connectors.common.source import LoadRequest, Setting, Source
from connectors.shopify import columns, queries
from connectors.shopify.api import ShopifyApi, client_credentials
from connectors.shopify.tables import CUSTOMERS, ORDER_LINES, ORDERS, REFUND_LINES, REFUNDS, SHOP, TABLES
from connectors.shopify.wire import (
    Answer,
    Customer,
    Customers,
    LineItem,
    MoreLines,
    MoreRefundLines,
    Node,
    Order,
    Orders,
    Refund,
    RefundedOrder,
    RefundedOrders,
    ShopData,
)

LOG = logging.getLogger("nyckeltal.shopify")

# Visits are attributed up to a day after the order, and that does not move `updatedAt`: young orders are asked again.
JOURNEY_DAYS = 3
ORDERS_AT_ONCE = 100  # with ten lines each, this is near the dearest question that the vendor allows
CUSTOMERS_AT_ONCE = 250
REFUNDED_AT_ONCE = 50
REFUNDS_OF_ORDER = 5  # an order with more is asked again alone


@dlt.source(name="shopify", section="shopify", max_table_nesting=0)
def shopify_source(
    request: LoadRequest,
    shop: str | None = dlt.config.value,
    access_token: str | None = dlt.secrets.value,
    client_id: str | None = dlt.secrets.value,
    client_secret: str | None = dlt.secrets.value,
    api_version: str = "2026-10",
    base_url: str = "",
    token_url: str = "",
    business_tag: str = "b2b",
) -> Iterable[DltResource]:
    """Orders changed since the last load with their lines and refunds, customers, and the shop."""
    host = base_url.rstrip("/") or f"https://{shop}.myshopify.com"

    def token() -> str:
        if access_token:
            return access_token
        if client_id and client_secret:
            return client_credentials(token_url or f"{host}/admin/oauth/access_token", client_id, client_secret)()
        raise CredentialsRejectedError(
            "shopify: no credentials. Set `access_token`, or `client_id` and `client_secret`, in .dlt/secrets.toml "
            "or SOURCES__SHOPIFY__ACCESS_TOKEN."
        )

    api = ShopifyApi(
        host,
        api_version,
        token,
        can_refresh=not access_token,
        credential="access_token" if access_token else "client_secret",
    )
    download = OrderDownload(api, request)
    yield resource(ORDERS, lambda: download.orders)
    yield resource(ORDER_LINES, lambda: download.lines)
    yield resource(REFUND_LINES, lambda: download.refund_lines)
    yield resource(REFUNDS, lambda: download.refunds)
    yield resource(CUSTOMERS, lambda: customer_batches(api, request, business_tag))
    yield resource(SHOP, lambda: [shop_batch(api)])


class Changed(NamedTuple):
    """Orders and lines by page, and the ids of orders that have refunds."""

    orders: list[pa.Table]
    lines: list[pa.Table]
    refunded_ids: list[str]


class OrderDownload:
    """One pass over the changed orders feeds four tables; each order is kept as it was seen last."""

    def __init__(self, api: ShopifyApi, request: LoadRequest) -> None:
        self._api = api
        self._request = request

    @property
    def orders(self) -> list[pa.Table]:
        return self._changed.orders

    @property
    def lines(self) -> list[pa.Table]:
        return self._changed.lines

    @property
    def refund_lines(self) -> list[pa.Table]:
        return [columns.refund_line_batch(self._refunded)]

    @property
    def refunds(self) -> list[pa.Table]:
        return [columns.refund_batch(self._refunded)]

    @cached_property
    def _changed(self) -> Changed:
        orders: list[pa.Table] = []
        lines: list[pa.Table] = []
        latest: dict[str, int] = {}  # order id → the page in which it came last
        overtaken: set[int] = set()  # pages with an order that came again in a later one
        refunded: dict[str, None] = {}
        for page in self._pages():
            found = {order.id: order for order in page}
            overtaken.update(latest[order_id] for order_id in found.keys() & latest.keys())
            latest.update(dict.fromkeys(found, len(orders)))
            refunded.update(dict.fromkeys(order.id for order in found.values() if order.refunds))
            orders.append(columns.order_batch(list(found.values())))
            lines.append(columns.line_batch([(order.id, self._all_lines(order)) for order in found.values()]))
            if len(orders) % 50 == 0:
                LOG.info("%d orders", len(latest))
        LOG.info("%d orders, %d of them with refunds", len(latest), len(refunded))
        place = {columns.number(key): page for key, page in latest.items()} if overtaken else {}
        for page_no in overtaken:
            orders[page_no] = columns.only_of_page(orders[page_no], place, page_no)
            lines[page_no] = columns.only_of_page(lines[page_no], place, page_no)
        return Changed(orders, lines, list(refunded))

    @cached_property
    def _refunded(self) -> list[RefundedOrder]:
        return list(self._refunded_orders(self._changed.refunded_ids))

    def _pages(self) -> Iterator[list[Order]]:
        since = self._request.changed_since
        yield from self._walk("updated_at", since)
        if since:
            yield from self._walk("created_at", since - timedelta(days=JOURNEY_DAYS))

    def _walk(self, field: str, since: datetime | None) -> Iterator[list[Order]]:
        yield from self._api.walk(
            Answer[Orders],
            queries.ORDERS,
            lambda data: data.orders,
            field,
            lambda order: order.created_at if field == "created_at" else order.updated_at or order.created_at,
            since,
            ORDERS_AT_ONCE,
        )

    def _all_lines(self, order: Order) -> list[LineItem]:
        connection = order.line_items
        if connection is None:
            return []
        lines = [edge.node for edge in connection.edges]
        while connection.page_info.has_next_page:
            connection = self._api.ask(
                Answer[Node[MoreLines]], queries.MORE_LINES, id=order.id, after=connection.page_info.end_cursor
            ).node.line_items
            lines += [edge.node for edge in connection.edges]
        return list({line.id: line for line in lines}.values())

    def _refunded_orders(self, ids: list[str]) -> Iterator[RefundedOrder]:
        many: list[str] = []
        asked = self._api.batches(
            Answer[RefundedOrders], queries.REFUNDS, ids, REFUNDED_AT_ONCE, refunds=REFUNDS_OF_ORDER
        )
        for _, data in asked:
            for order in data.nodes:
                if order is None:
                    continue  # deleted since
                if len(order.refunds) == REFUNDS_OF_ORDER:
                    many.append(order.id)
                else:
                    yield self._whole(order)
        for _, data in self._api.batches(Answer[RefundedOrders], queries.REFUNDS, many, 1, refunds=250):
            yield from (self._whole(order) for order in data.nodes if order)

    def _whole(self, order: RefundedOrder) -> RefundedOrder:
        for refund in order.refunds:
            self._complete(refund)
        return order

    def _complete(self, refund: Refund) -> None:
        connection = refund.refund_line_items
        while connection.page_info.has_next_page:
            connection = self._api.ask(
                Answer[Node[MoreRefundLines]],
                queries.MORE_REFUND_LINES,
                id=refund.id,
                after=connection.page_info.end_cursor,
            ).node.refund_line_items
            refund.refund_line_items.edges += connection.edges


def customer_batches(api: ShopifyApi, request: LoadRequest, business_tag: str) -> Iterator[pa.Table]:
    """Customers changed since the last load; a repeated one is kept as seen last."""
    found: dict[str, Customer] = {}
    for page in api.walk(
        Answer[Customers],
        queries.CUSTOMERS,
        lambda data: data.customers,
        "updated_at",
        lambda customer: customer.updated_at,
        request.changed_since,
        CUSTOMERS_AT_ONCE,
    ):
        found.update((customer.id, customer) for customer in page)
    LOG.info("%d customers", len(found))
    if found:
        yield columns.customer_batch(list(found.values()), request.hasher, business_tag)


def shop_batch(api: ShopifyApi) -> pa.Table:
    """The shop, and whether the token sees its whole history."""
    data = api.ask(Answer[ShopData], queries.SHOP)
    scopes = (
        {scope.handle for scope in data.current_app_installation.access_scopes}
        if data.current_app_installation
        else set()
    )
    has_all = "read_all_orders" in scopes
    if not has_all:
        LOG.warning("without the scope read_all_orders the vendor shows the last 60 days of orders only")
    return SHOP.rows(
        [
            {
                "shop_id": columns.number(data.shop.id),
                "currency": data.shop.currency_code,
                "time_zone": data.shop.iana_timezone,
                "has_all_orders": has_all,
            }
        ]
    )


SOURCE = Source(
    name="shopify",
    title="Shopify",
    tables=TABLES,
    settings=(
        Setting("shop", "the shop's name in <shop>.myshopify.com"),
        Setting("access_token", "Admin API token of a custom app", is_secret=True, is_required=False),
        Setting("client_id", "of a Dev Dashboard app, instead of a token", is_secret=True, is_required=False),
        Setting("client_secret", "of a Dev Dashboard app", is_secret=True, is_required=False),
        Setting("api_version", "default 2026-10", is_required=False),
        Setting("base_url", "default https://<shop>.myshopify.com", is_required=False),
        Setting("token_url", "default <base_url>/admin/oauth/access_token", is_required=False),
        Setting("business_tag", "customer tag of business customers, default b2b", is_required=False),
    ),
    build=lambda request: shopify_source(request),
    one_of=(("access_token",), ("client_id", "client_secret")),
    reload_days=1,
    settle_days=JOURNEY_DAYS,
    wide_reload_days=90,  # the search index behind the cursor may lose a change
    uses_cursor=True,
)
