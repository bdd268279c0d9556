"""What lands from Shopify. Money is the shop's money in major units; ids are the numbers of Shopify's `gid://` ids."""

from connectors.common.table import FLAG, INSTANT, MONEY, RATE, TEXT, WHOLE, Reload, Table

_VISIT = {"visit_at": INSTANT, "source": TEXT, "utm_source": TEXT, "utm_medium": TEXT, "utm_campaign": TEXT}

ORDERS = Table(
    "orders",
    {
        "order_id": TEXT,
        "customer_id": TEXT,  # null for a guest
        "created_at": INSTANT,
        "processed_at": INSTANT,
        "updated_at": INSTANT,
        "cancelled_at": INSTANT,
        "is_test": FLAG,
        "financial_status": TEXT,
        "source_name": TEXT,  # web, pos, shopify_draft_order, or the number of an app
        "country_code": TEXT,  # of the delivery, else of the bill
        "currency": TEXT,
        "presentment_currency": TEXT,
        "is_tax_included": FLAG,  # prices include VAT
        "total_amount": MONEY,  # lines − discounts + shipping, with VAT; never changed by refunds
        "tax_amount": MONEY,
        "discount_amount": MONEY,
        "shipping_amount": MONEY,
        "refunded_amount": MONEY,
        "journey_status": TEXT,  # known, not_ready, null: what the shop knows about the visits before the order
        **{f"first_{name}": kind for name, kind in _VISIT.items()},
        **{f"last_{name}": kind for name, kind in _VISIT.items()},
    },
    ("order_id",),
    Reload.MERGE,
    description="Orders in every state, with the first and the last visit before them.",
)

ORDER_LINES = Table(
    "order_lines",
    {
        "order_line_id": TEXT,
        "order_id": TEXT,
        "product_id": TEXT,
        "quantity": WHOLE,  # as ordered
        "unit_price_amount": MONEY,  # list price of one; with VAT if the order's prices include it
        "discount_amount": MONEY,  # of the whole line, on the same basis
        "tax_amount": MONEY,  # VAT of the line after discount, rounded by the shop
        "tax_rate": RATE,  # sum of the line's rates, 0.25 = 25 %
        "unit_cost_amount": MONEY,  # today's cost of one, null if the shop does not keep it
        "is_gift_card": FLAG,
    },
    ("order_line_id",),
    Reload.MERGE,
    children_of="order_id",
    description="Lines of orders.",
)

REFUND_LINES = Table(
    "refund_lines",
    {
        "refund_line_id": TEXT,
        "refund_id": TEXT,
        "order_id": TEXT,
        "order_line_id": TEXT,
        "refunded_at": INSTANT,
        "quantity": WHOLE,
        "amount": MONEY,  # goods; with VAT if the order's prices include it
        "tax_amount": MONEY,
    },
    ("refund_line_id",),
    Reload.MERGE,
    children_of="order_id",
    description="Goods given back, by order line.",
)

REFUNDS = Table(
    "refunds",
    {
        "refund_id": TEXT,
        "order_id": TEXT,
        "refunded_at": INSTANT,
        "paid_amount": MONEY,  # money that went back: successful refund transactions, with VAT and shipping
        "shipping_amount": MONEY,  # of it for shipping, with VAT
    },
    ("refund_id",),
    Reload.MERGE,
    children_of="order_id",
    description="Refunds with the money that went back, which can be more than the goods (goodwill).",
)

CUSTOMERS = Table(
    "customers",
    {
        "customer_id": TEXT,
        "email_hash": TEXT,
        "phone_hash": TEXT,
        "is_role_address": FLAG,
        "is_business": FLAG,  # bears the shop's tag for business customers
        "country_code": TEXT,
        "created_at": INSTANT,
        "updated_at": INSTANT,
    },
    ("customer_id",),
    Reload.MERGE,
    description="Customers; addresses and numbers only as keyed hashes.",
)

SHOP = Table(
    "shop",
    {
        "shop_id": TEXT,
        "currency": TEXT,
        "time_zone": TEXT,
        "has_all_orders": FLAG,  # false: the token reads only the last 60 days of orders
    },
    ("shop_id",),
    Reload.REPLACE,
    description="The shop's currency and zone.",
)

TABLES = (ORDERS, ORDER_LINES, REFUND_LINES, REFUNDS, CUSTOMERS, SHOP)
