"""The shop of the truth as GraphQL types: what the Admin API shows at one instant.

Rounding, states and what is null follow `sandbox/README.md`; money is the shop's, prices include VAT.
"""

from datetime import datetime

import numpy as np
import numpy.typing as npt
import pandas as pd

from sandbox.vendors.encode import (
    instants,
    json_amounts,
    json_flags,
    json_ids,
    json_instants,
    json_numbers,
    json_texts,
    known,
    plain_instant,
    positions,
    spans,
)
from sandbox.vendors.graphql import Field, Type, connection, constant, embedded, listed, reference, scalar
from sandbox.world.model import World
from sandbox.world.products import vat_inside

DAY = np.timedelta64(1, "D")
Ints = npt.NDArray[np.integer]
Instants = npt.NDArray[np.datetime64]


class ShopSchema:
    """Types `Order`, `Refund` and `Customer`, and by row their ids and the instants by which lists are sorted."""

    def __init__(self, world: World, as_of: datetime) -> None:
        self._now = plain_instant(as_of)
        self._currency = f'"{world.company.currency}"'
        tables = world.tables
        self._standard_rates = {country: round(rate * 1000) for country, rate in world.company.vat_rates.items()}
        orders = tables["orders"]
        self._orders = orders[instants(orders["created_at"]) <= self._now].reset_index(drop=True)
        self._build_customers(tables["customers"])
        self._build_lines(tables["order_lines"], tables["products"])
        self._build_refunds(tables["refunds"])
        self._build_orders()

    def _build_customers(self, table: pd.DataFrame) -> None:
        customers = table[instants(table["created_at"]) <= self._now].reset_index(drop=True)
        created = instants(customers["created_at"])
        count = len(customers)
        stamps = scalar(json_instants(created))
        self._customer_ids = customers["customer_id"]
        self.customer_ids = json_ids("gid://shopify/Customer/", customers["customer_id"])
        self.customers_updated = created
        tags = ['["b2b"]' if is_business else "[]" for is_business in customers["is_business"]]
        self.customer: Type = {
            "id": scalar(self.customer_ids),
            "legacyResourceId": scalar(json_ids("", customers["customer_id"])),
            "createdAt": stamps,
            "updatedAt": stamps,
            "tags": scalar(tags),
            "defaultEmailAddress": embedded(
                "CustomerEmailAddress", {"emailAddress": scalar(json_texts(customers["email"], ""))}, count
            ),
            "defaultPhoneNumber": embedded(
                "CustomerPhoneNumber", {"phoneNumber": scalar(json_texts(customers["phone"], ""))}, count
            ),
            "defaultAddress": embedded(
                "MailingAddress", {"countryCodeV2": scalar(json_texts(customers["country"].astype(str)))}, count
            ),
        }

    def _build_lines(self, table: pd.DataFrame, products: pd.DataFrame) -> None:
        owners = positions(self._orders["order_id"], table["order_id"])
        by_order = np.argsort(owners, kind="stable")
        by_order = by_order[owners[by_order] >= 0]
        lines = table.iloc[by_order].reset_index(drop=True)
        owners = owners[by_order]
        self._line_ids = lines["line_id"]
        gross = lines["quantity"].to_numpy() * lines["unit_price_micros"].to_numpy()
        discount = lines["discount_micros"].to_numpy()
        self._line_rate = np.rint(lines["vat_rate"].to_numpy() * 1000).astype(np.int64)
        tax = vat_inside(gross - discount, self._line_rate)
        count = len(self._orders)
        self._amount = _sums(owners, gross - discount, count)
        self._tax = _sums(owners, tax, count)
        self._discount = _sums(owners, discount, count)
        self._line_spans = spans(owners, count)
        product = positions(products["product_id"], lines["product_id"])
        cost, has_cost = products["unit_cost_micros"].fillna(0), products["unit_cost_micros"].notna()
        unit_cost = self._money(cost.to_numpy(np.int64)[product])
        kept = embedded("MoneyV2", unit_cost, len(lines), has_cost.to_numpy()[product].tolist())
        item = embedded("InventoryItem", {"unitCost": kept}, len(lines))
        row = np.arange(len(lines))
        self._line: Type = {
            "id": scalar(json_ids("gid://shopify/LineItem/", lines["line_id"])),
            "quantity": scalar(json_numbers(lines["quantity"])),
            "isGiftCard": scalar(json_flags(lines["is_gift_card"])),
            "product": embedded(
                "Product", {"id": scalar(json_ids("gid://shopify/Product/", lines["product_id"]))}, len(lines)
            ),
            "variant": embedded("ProductVariant", {"inventoryItem": item}, len(lines)),
            "originalUnitPriceSet": self._bag(lines["unit_price_micros"].to_numpy()),
            "discountAllocations": listed(
                "DiscountAllocation",
                {"allocatedAmountSet": self._bag(discount)},
                row.tolist(),
                (row + (discount > 0)).tolist(),
            ),
            "taxLines": listed(
                "TaxLine",
                {"rate": scalar(json_numbers(lines["vat_rate"])), "priceSet": self._bag(tax)},
                row.tolist(),
                (row + (self._line_rate > 0)).tolist(),
            ),
        }

    def _build_refunds(self, table: pd.DataFrame) -> None:
        seen = table[instants(table["refunded_at"]) <= self._now]
        owners = positions(self._orders["order_id"], seen["order_id"])
        seen = seen.assign(owner=owners)[owners >= 0].sort_values(["owner", "refund_id"], kind="stable")
        number, ids = pd.factorize(seen["refund_id"].astype(str))
        number = number.astype(np.int64)
        first = np.unique(number, return_index=True)[1]
        refund_owner = seen["owner"].to_numpy()[first]
        refunded_at = instants(seen["refunded_at"])
        amount = seen["amount_micros"].to_numpy()
        line = positions(self._line_ids, seen["line_id"])
        count = len(self._orders)
        self._refunded = _sums(seen["owner"].to_numpy(), amount, count)
        self._refunded_at = np.full(count, np.datetime64("NaT", "us"))
        self._refunded_at[seen["owner"].to_numpy()] = refunded_at
        self._refund_spans = spans(refund_owner, count)
        starts, ends = spans(number, len(ids))
        of_line: Type = {
            "id": scalar(
                [
                    f'"gid://shopify/RefundLineItem/{place + 1}{key}"'
                    for place, key in zip(_places(number), seen["refund_id"], strict=True)
                ]
            ),
            "quantity": scalar(json_numbers(seen["quantity"])),
            "lineItem": embedded(
                "LineItem", {"id": scalar(json_ids("gid://shopify/LineItem/", seen["line_id"]))}, len(seen)
            ),
            "subtotalSet": self._bag(amount),
            "totalTaxSet": self._bag(vat_inside(amount, self._line_rate[line])),
        }
        one = list(range(len(ids)))
        paid: Type = {
            "kind": constant('"REFUND"'),
            "status": constant('"SUCCESS"'),
            "amountSet": self._bag(_sums(number, amount, len(ids))),
        }
        nothing = self._bag(np.zeros(len(ids), dtype=np.int64))
        shipping: Type = {"subtotalAmountSet": nothing, "taxAmountSet": nothing}  # shipping is never refunded here
        self.refund_ids = json_ids("gid://shopify/Refund/", ids)
        self.refund: Type = {
            "id": scalar(self.refund_ids),
            "createdAt": scalar(json_instants(refunded_at[first])),
            "refundLineItems": connection("RefundLineItem", of_line, starts, ends),
            "transactions": connection("OrderTransaction", paid, one, [row + 1 for row in one]),
            "refundShippingLines": connection("RefundShippingLine", shipping, one, one),
        }

    def _build_orders(self) -> None:
        orders = self._orders
        created = instants(orders["created_at"])
        paid, in_part, cancelled = (
            known(instants(orders[name]), self._now) for name in ("paid_at", "partially_paid_at", "cancelled_at")
        )
        self.orders_created = created
        self.orders_updated = np.fmax.reduce([created, paid, in_part, cancelled, self._refunded_at])
        self.order_ids = json_ids("gid://shopify/Order/", orders["order_id"])
        shipping = orders["shipping_micros"].to_numpy()
        rates = orders["country"].astype(str).map(self._standard_rates).to_numpy(dtype=np.int64)
        country: Type = {"countryCodeV2": scalar(json_texts(orders["country"].astype(str)))}
        is_sent = (orders["source_name"].astype(str) != "pos").tolist()
        line_starts, line_ends = self._line_spans
        refund_starts, refund_ends = self._refund_spans
        customer = positions(self._customer_ids, orders["customer_id"]).tolist()
        stamp = scalar(json_instants(created))
        self.order: Type = {
            "id": scalar(self.order_ids),
            "legacyResourceId": scalar(json_ids("", orders["order_id"])),
            "name": scalar(json_texts(orders["name"])),
            "createdAt": stamp,
            "processedAt": stamp,
            "updatedAt": scalar(json_instants(self.orders_updated)),
            "cancelledAt": scalar(json_instants(cancelled)),
            "test": scalar(json_flags(orders["is_test"])),
            "displayFinancialStatus": scalar(json_texts(self._states(paid, in_part, cancelled))),
            "sourceName": scalar(json_texts(orders["source_name"].astype(str))),
            "currencyCode": constant(self._currency),
            "presentmentCurrencyCode": scalar(json_texts(orders["presentment_currency"].astype(str))),
            "taxesIncluded": constant("true"),
            "totalPriceSet": self._bag(self._amount + shipping),
            "currentTotalPriceSet": self._bag(self._amount + shipping - self._refunded),
            "totalTaxSet": self._bag(self._tax + vat_inside(shipping, rates)),
            "totalDiscountsSet": self._bag(self._discount),
            "totalShippingPriceSet": self._bag(shipping),
            "totalRefundedSet": self._bag(self._refunded),
            "customer": reference("Customer", self.customer, customer),
            "shippingAddress": embedded("MailingAddress", country, len(orders), is_sent),
            "billingAddress": embedded("MailingAddress", country, len(orders)),
            "customerJourneySummary": self._journeys(created),
            "lineItems": connection("LineItem", self._line, line_starts, line_ends),
            "refunds": listed("Refund", self.refund, refund_starts, refund_ends),
        }

    def _states(self, paid: Instants, in_part: Instants, cancelled: Instants) -> npt.NDArray[np.str_]:
        is_paid = ~np.isnat(paid)
        return np.select(
            [
                is_paid & (self._refunded > 0) & (self._refunded >= self._amount),
                is_paid & (self._refunded > 0),
                is_paid,
                ~np.isnat(cancelled),
                ~np.isnat(in_part),
            ],
            ["REFUNDED", "PARTIALLY_REFUNDED", "PAID", "VOIDED", "PARTIALLY_PAID"],
            "PENDING",
        )

    def _journeys(self, created: Instants) -> Field:
        """Null where the shop knows nothing; without visits until it is ready, a day after the order at the latest."""
        journey = self._orders["journey"].astype(str).to_numpy()
        is_ready = (journey == "known") | ((journey == "not_ready") & (created + DAY <= self._now))
        summary: Type = {
            "ready": scalar(json_flags(is_ready)),
            "firstVisit": self._visit("first", is_ready),
            "lastVisit": self._visit("last", is_ready),
        }
        return embedded("CustomerJourneySummary", summary, len(journey), (journey != "null").tolist())

    def _visit(self, prefix: str, is_ready: npt.NDArray[np.bool_]) -> Field:
        """UTM parameters are null as a whole where the visit had none."""
        orders = self._orders
        visited = instants(orders[f"{prefix}_visit_at"])
        source, medium, campaign = (orders[f"{prefix}_{name}"].astype(str) for name in ("source", "medium", "campaign"))
        has_utm = ((medium != "") | (campaign != "")).tolist()
        source_texts = scalar(json_texts(source, ""))
        utm: Type = {
            "source": source_texts,
            "medium": scalar(json_texts(medium, "")),
            "campaign": scalar(json_texts(campaign, "")),
        }
        visit: Type = {
            "occurredAt": scalar(json_instants(visited)),
            "source": source_texts,
            "utmParameters": embedded("UTMParameters", utm, len(orders), has_utm),
        }
        return embedded("CustomerVisit", visit, len(orders), (is_ready & ~np.isnat(visited)).tolist())

    def _money(self, micros: Ints) -> Type:
        return {"amount": scalar(json_amounts(micros)), "currencyCode": constant(self._currency)}

    def _bag(self, micros: Ints) -> Field:
        money = embedded("MoneyV2", self._money(micros), len(micros))
        return embedded("MoneyBag", {"shopMoney": money}, len(micros))


def _sums(owners: Ints, amounts: Ints, count: int) -> Ints:
    # Whole numbers below 2^53: floating sums are exact.
    return np.bincount(owners, amounts, count).astype(np.int64)


def _places(numbers: Ints) -> Ints:
    """0, 1, 2 … within each run of equal numbers."""
    place = np.arange(len(numbers))
    is_first = np.append(True, numbers[1:] != numbers[:-1]) if len(numbers) else np.zeros(0, dtype=bool)
    return place - np.maximum.accumulate(np.where(is_first, place, 0))
