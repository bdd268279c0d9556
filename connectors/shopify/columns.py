"""From typed bodies to columns of the landing tables."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

import pyarrow as pa

from connectors.common.privacy import Hasher, is_role_address
from connectors.shopify.tables import CUSTOMERS, ORDER_LINES, ORDERS, REFUND_LINES, REFUNDS
from connectors.shopify.wire import Customer, Journey, LineItem, MoneyBag, Order, Refund, RefundedOrder, Visit

ZERO = Decimal(0)


def number(gid: str) -> str:
    """`gid://shopify/Order/450789469` → `450789469`."""
    return gid[gid.rfind("/") + 1 :]


def order_batch(orders: Sequence[Order]) -> pa.Table:
    """One row per order."""
    journeys = [order.customer_journey_summary for order in orders]
    addresses = [order.shipping_address or order.billing_address for order in orders]
    return ORDERS.batch(
        {
            "order_id": [number(order.id) for order in orders],
            "customer_id": [order.customer and number(order.customer.id) for order in orders],
            "created_at": [order.created_at for order in orders],
            "processed_at": [order.processed_at for order in orders],
            "updated_at": [order.updated_at for order in orders],
            "cancelled_at": [order.cancelled_at for order in orders],
            "is_test": [order.test for order in orders],
            "financial_status": [order.display_financial_status for order in orders],
            "source_name": [order.source_name for order in orders],
            "country_code": [address and address.country_code_v2 for address in addresses],
            "currency": [order.currency_code for order in orders],
            "presentment_currency": [order.presentment_currency_code for order in orders],
            "is_tax_included": [order.taxes_included for order in orders],
            "total_amount": [_amount(order.total_price_set) for order in orders],
            "tax_amount": [_amount(order.total_tax_set) for order in orders],
            "discount_amount": [_amount(order.total_discounts_set) for order in orders],
            "shipping_amount": [_amount(order.total_shipping_price_set) for order in orders],
            "refunded_amount": [_amount(order.total_refunded_set) for order in orders],
            "journey_status": [_journey_status(journey) for journey in journeys],
            **_visit_columns("first", [journey and journey.first_visit for journey in journeys]),
            **_visit_columns("last", [journey and journey.last_visit for journey in journeys]),
        }
    )


def line_batch(orders: Sequence[tuple[str, Sequence[LineItem]]]) -> pa.Table:
    """One row per line; `orders`: order id and its lines."""
    owners = [number(order_id) for order_id, lines in orders for _ in lines]
    lines = [line for _, lines in orders for line in lines]
    return ORDER_LINES.batch(
        {
            "order_line_id": [number(line.id) for line in lines],
            "order_id": owners,
            "product_id": [line.product and number(line.product.id) for line in lines],
            "quantity": [line.quantity for line in lines],
            "unit_price_amount": [line.original_unit_price_set.shop_money.amount for line in lines],
            "discount_amount": [
                sum((part.allocated_amount_set.shop_money.amount for part in line.discount_allocations), ZERO)
                for line in lines
            ],
            "tax_amount": [sum((tax.price_set.shop_money.amount for tax in line.tax_lines), ZERO) for line in lines],
            "tax_rate": [sum((tax.rate or ZERO for tax in line.tax_lines), ZERO) for line in lines],
            "unit_cost_amount": [_unit_cost(line) for line in lines],
            "is_gift_card": [line.is_gift_card for line in lines],
        }
    )


def refund_line_batch(orders: Sequence[RefundedOrder]) -> pa.Table:
    """One row per refunded line. Without an id of its own a line is numbered within its refund."""
    rows: dict[str, dict[str, object]] = {}
    for order, refund in _refunds(orders):
        for place, edge in enumerate(refund.refund_line_items.edges):
            line = edge.node
            line_id = number(line.id) if line.id else f"{number(refund.id)}:{place}"
            rows[line_id] = {
                "refund_line_id": line_id,
                "refund_id": number(refund.id),
                "order_id": number(order.id),
                "order_line_id": line.line_item and number(line.line_item.id),
                "refunded_at": refund.created_at,
                "quantity": line.quantity,
                "amount": line.subtotal_set.shop_money.amount,
                "tax_amount": line.total_tax_set.shop_money.amount,
            }
    return REFUND_LINES.rows(list(rows.values()))


def refund_batch(orders: Sequence[RefundedOrder]) -> pa.Table:
    """One row per refund. Only successful refund transactions are money; shipping comes with its VAT."""
    rows: list[dict[str, object]] = []
    for order, refund in _refunds(orders):
        paid = [edge.node for edge in refund.transactions.edges]
        shipping = [edge.node for edge in refund.refund_shipping_lines.edges]
        rows.append(
            {
                "refund_id": number(refund.id),
                "order_id": number(order.id),
                "refunded_at": refund.created_at,
                "paid_amount": sum(
                    (
                        item.amount_set.shop_money.amount
                        for item in paid
                        if item.kind.upper() == "REFUND" and item.status.upper() == "SUCCESS"
                    ),
                    ZERO,
                ),
                "shipping_amount": sum(
                    (
                        line.subtotal_amount_set.shop_money.amount
                        + (ZERO if order.taxes_included else line.tax_amount_set.shop_money.amount)
                        for line in shipping
                    ),
                    ZERO,
                ),
            }
        )
    return REFUNDS.rows(rows)


def customer_batch(customers: Sequence[Customer], hasher: Hasher, business_tag: str) -> pa.Table:
    """One row per customer; the tag is compared without letter case."""
    emails = [item.default_email_address and item.default_email_address.email_address for item in customers]
    phones = [item.default_phone_number and item.default_phone_number.phone_number for item in customers]
    wanted = business_tag.strip().lower()
    return CUSTOMERS.batch(
        {
            "customer_id": [number(item.id) for item in customers],
            "email_hash": [hasher.email(email) for email in emails],
            "phone_hash": [hasher.phone(phone) for phone in phones],
            "is_role_address": [is_role_address(email) for email in emails],
            "is_business": [wanted in {tag.strip().lower() for tag in item.tags} for item in customers],
            "country_code": [item.default_address and item.default_address.country_code_v2 for item in customers],
            "created_at": [item.created_at for item in customers],
            "updated_at": [item.updated_at for item in customers],
        }
    )


def only_of_page(batch: pa.Table, page_of: Mapping[str, int], page: int) -> pa.Table:
    """Rows of orders that came last in this page."""
    mask = [page_of[order_id] == page for order_id in batch["order_id"].to_pylist()]
    return batch.filter(pa.array(mask, pa.bool_()))


def _refunds(orders: Sequence[RefundedOrder]) -> list[tuple[RefundedOrder, Refund]]:
    """Each refund once, with its order."""
    found = {refund.id: (order, refund) for order in orders for refund in order.refunds}
    return list(found.values())


def _amount(bag: MoneyBag | None) -> Decimal | None:
    return bag and bag.shop_money.amount


def _unit_cost(line: LineItem) -> Decimal | None:
    item = line.variant and line.variant.inventory_item
    return item.unit_cost.amount if item and item.unit_cost else None


def _journey_status(journey: Journey | None) -> str:
    if journey is None:
        return "null"
    return "known" if journey.ready else "not_ready"


def _visit_columns(prefix: str, visits: Sequence[Visit | None]) -> dict[str, object]:
    utms = [visit and visit.utm_parameters for visit in visits]
    return {
        f"{prefix}_visit_at": [visit and visit.occurred_at for visit in visits],
        f"{prefix}_source": [visit and visit.source for visit in visits],
        f"{prefix}_utm_source": [utm and utm.source for utm in utms],
        f"{prefix}_utm_medium": [utm and utm.medium for utm in utms],
        f"{prefix}_utm_campaign": [utm and utm.campaign for utm in utms],
    }
