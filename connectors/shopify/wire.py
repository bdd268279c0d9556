"""Bodies of the Admin GraphQL API, as far as they are asked for (contract: vendor page `shopify`, version 2026-10).

Decimals come as strings without padding, instants as UTC `Z`. What the vendor may leave null is optional here.
"""

from datetime import datetime
from decimal import Decimal
from typing import Generic, TypeVar

import msgspec

T = TypeVar("T")


class Wire(msgspec.Struct, gc=False, rename="camel"):
    """Base of all bodies."""


class Money(Wire):
    amount: Decimal


class MoneyBag(Wire):
    """The same amount in the shop's and in the buyer's currency; only the shop's is asked for."""

    shop_money: Money


class Ref(Wire):
    id: str


class PageInfo(Wire):
    has_next_page: bool
    end_cursor: str | None = None


class Edge(Wire, Generic[T]):
    node: T


class Connection(Wire, Generic[T]):
    edges: list[Edge[T]]
    page_info: PageInfo


class TaxLine(Wire):
    price_set: MoneyBag
    rate: Decimal | None = None


class DiscountAllocation(Wire):
    allocated_amount_set: MoneyBag


class InventoryItem(Wire):
    unit_cost: Money | None = None


class Variant(Wire):
    inventory_item: InventoryItem | None = None


class LineItem(Wire):
    id: str
    quantity: int
    original_unit_price_set: MoneyBag
    is_gift_card: bool = False
    product: Ref | None = None
    variant: Variant | None = None
    discount_allocations: list[DiscountAllocation] = []
    tax_lines: list[TaxLine] = []


class Utm(Wire):
    source: str | None = None
    medium: str | None = None
    campaign: str | None = None


class Visit(Wire):
    occurred_at: datetime
    source: str | None = None
    utm_parameters: Utm | None = None


class Journey(Wire):
    ready: bool
    first_visit: Visit | None = None
    last_visit: Visit | None = None


class Address(Wire):
    country_code_v2: str | None = None


class Order(Wire):
    id: str
    created_at: datetime
    updated_at: datetime | None = None
    processed_at: datetime | None = None
    cancelled_at: datetime | None = None
    test: bool = False
    display_financial_status: str | None = None
    source_name: str | None = None
    currency_code: str | None = None
    presentment_currency_code: str | None = None
    taxes_included: bool = True
    total_price_set: MoneyBag | None = None
    total_tax_set: MoneyBag | None = None
    total_discounts_set: MoneyBag | None = None
    total_shipping_price_set: MoneyBag | None = None
    total_refunded_set: MoneyBag | None = None
    customer: Ref | None = None
    shipping_address: Address | None = None
    billing_address: Address | None = None
    customer_journey_summary: Journey | None = None
    line_items: Connection[LineItem] | None = None
    refunds: list[Ref] = []


class RefundLineItem(Wire):
    quantity: int
    subtotal_set: MoneyBag
    total_tax_set: MoneyBag
    id: str | None = None  # null in older versions
    line_item: Ref | None = None


class Transaction(Wire):
    kind: str
    status: str
    amount_set: MoneyBag


class RefundShippingLine(Wire):
    subtotal_amount_set: MoneyBag
    tax_amount_set: MoneyBag


class Refund(Wire):
    id: str
    created_at: datetime
    refund_line_items: Connection[RefundLineItem]
    transactions: Connection[Transaction]
    refund_shipping_lines: Connection[RefundShippingLine]


class RefundedOrder(Wire):
    id: str
    taxes_included: bool
    refunds: list[Refund]


class EmailAddress(Wire):
    email_address: str | None = None


class PhoneNumber(Wire):
    phone_number: str | None = None


class Customer(Wire):
    id: str
    created_at: datetime
    updated_at: datetime
    tags: list[str] = []
    default_email_address: EmailAddress | None = None
    default_phone_number: PhoneNumber | None = None
    default_address: Address | None = None


class AccessScope(Wire):
    handle: str


class AppInstallation(Wire):
    access_scopes: list[AccessScope]


class Shop(Wire):
    id: str
    currency_code: str
    iana_timezone: str


class ShopData(Wire):
    shop: Shop
    current_app_installation: AppInstallation | None = None


class Orders(Wire):
    orders: Connection[Order]


class Customers(Wire):
    customers: Connection[Customer]


class RefundedOrders(Wire):
    nodes: list[RefundedOrder | None]


class MoreLines(Wire):
    line_items: Connection[LineItem]


class MoreRefundLines(Wire):
    refund_line_items: Connection[RefundLineItem]


class Node(Wire, Generic[T]):
    node: T


class ErrorDetails(Wire):
    code: str | None = None


class Error(Wire):
    message: str = ""
    path: list[str | int] = []
    extensions: ErrorDetails | None = None

    @property
    def code(self) -> str:
        return (self.extensions and self.extensions.code) or ""


class ThrottleStatus(Wire):
    currently_available: float
    restore_rate: float


class Cost(Wire):
    requested_query_cost: float | None = None
    throttle_status: ThrottleStatus | None = None


class Extensions(Wire):
    cost: Cost | None = None


class Failure(Wire):
    """What is wrong with an answer; `errors` is a text where the token is refused."""

    errors: list[Error] | str | None = None
    extensions: Extensions | None = None


class Answer(Wire, Generic[T]):
    data: T | None = None
    errors: list[Error] = []


class Token(Wire, rename=None):
    access_token: str
