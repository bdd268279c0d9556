"""Shopify's pages into columns, for the raw limit."""

import json
from collections.abc import Iterable, Iterator
from typing import TypeVar

import msgspec
import pyarrow as pa

from benchmarks.landing.ours import HASHER
from benchmarks.landing.pages import Exchange
from connectors.common.table import Table
from connectors.shopify import columns, queries
from connectors.shopify.tables import CUSTOMERS, ORDER_LINES, ORDERS, REFUND_LINES, REFUNDS
from connectors.shopify.wire import Answer, Customers, MoreLines, Node, Orders, RefundedOrders

T = TypeVar("T")

_orders = msgspec.json.Decoder(Answer[Orders])
_more_lines = msgspec.json.Decoder(Answer[Node[MoreLines]])
_refunds = msgspec.json.Decoder(Answer[RefundedOrders])
_customers = msgspec.json.Decoder(Answer[Customers])


def batches(answers: Iterable[tuple[Exchange, bytes]]) -> Iterator[tuple[Table, pa.Table]]:
    """Orders with their lines, refunds, customers, page by page."""
    for exchange, body in answers:
        if not exchange.target.endswith("/graphql.json"):
            continue  # a token
        asked = json.loads(exchange.body)
        if asked["query"] == queries.ORDERS:
            orders = [edge.node for edge in _data(_orders.decode(body)).orders.edges]
            yield ORDERS, columns.order_batch(orders)
            lines = [(order.id, [edge.node for edge in order.line_items.edges]) for order in orders if order.line_items]
            yield ORDER_LINES, columns.line_batch(lines)
        elif asked["query"] == queries.MORE_LINES:
            more = _data(_more_lines.decode(body)).node.line_items
            yield ORDER_LINES, columns.line_batch([(asked["variables"]["id"], [edge.node for edge in more.edges])])
        elif asked["query"] == queries.REFUNDS:
            refunded = [order for order in _data(_refunds.decode(body)).nodes if order]
            yield REFUNDS, columns.refund_batch(refunded)
            yield REFUND_LINES, columns.refund_line_batch(refunded)
        elif asked["query"] == queries.CUSTOMERS:
            customers = [edge.node for edge in _data(_customers.decode(body)).customers.edges]
            yield CUSTOMERS, columns.customer_batch(customers, HASHER, "b2b")


def _data(answer: Answer[T]) -> T:
    if answer.data is None:
        raise ValueError("a recorded answer has no data")
    return answer.data
