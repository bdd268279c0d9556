"""Counted orders, their revenue and refunds."""

from functools import lru_cache

import numpy as np
import pandas as pd

from tests.oracle.catalogue import UNKNOWN
from tests.oracle.channels import PAID, by_distinct, campaign_channels, campaign_label, visit_channel
from tests.oracle.facts import Additive, Fact
from tests.oracle.identity import person_of
from tests.oracle.periods import company_day
from tests.oracle.state import Truth, vat_share

DIMS = ("platform", "channel", "campaign", "country", "device", "customer_type")
JOURNEY_READY_AFTER = pd.Timedelta(hours=24)
LOOK_BACK = pd.Timedelta(days=90)
CENT = 10_000  # micros
AMOUNTS = ("gross", "discounts", "line_cents", "value_with_vat", "margin")
# Channels through which marketing brings nothing.
NOT_MARKETING = ("direct", "pos", UNKNOWN)


def facts(truth: Truth) -> list[Fact]:
    orders, refunds = counted(truth), refunds_of_counted(truth)
    sold = orders.assign(
        orders=1.0,
        orders_with_touch=np.where(orders["is_known"], 1.0, np.nan),
        **_attributed(orders, orders["order_value"], orders["margin"]),
    )
    is_paid = sold["channel"].isin(PAID)
    sold["orders_paid"] = sold["orders"].where(is_paid)
    sold["value_paid"] = sold["value_with_vat"].where(is_paid)
    returned = refunds.assign(**_attributed(refunds, -refunds["refunds"], -refunds["margin"]))
    attributed = ("revenue_net_paid", "margin_paid", "margin_of_marketing")
    return [
        Additive(
            sold,
            DIMS,
            ("orders", "gross", "discounts", "orders_with_touch", "orders_paid", "value_paid", *attributed),
        ),
        Additive(returned, DIMS, ("refunds", *attributed)),
    ]


def _attributed(rows: pd.DataFrame, net: pd.Series, margin: pd.Series) -> dict[str, pd.Series]:
    """What paid channels and what marketing won, of movements with a channel."""
    is_paid = rows["channel"].isin(PAID)
    return {
        "revenue_net_paid": net.where(is_paid),
        "margin_paid": margin.where(is_paid),
        "margin_of_marketing": margin.where(~rows["channel"].isin(NOT_MARKETING)),
    }


@lru_cache(maxsize=1)
def counted(truth: Truth) -> pd.DataFrame:
    """Orders that count, one row each: `date`, dimensions, `person`, `AMOUNTS`, `order_value`, states."""
    orders = truth.table("orders")
    is_counted = truth.happened(orders["created_at"]) & truth.happened(orders["paid_at"])
    is_counted &= ~orders["is_test"].astype(bool) & ~orders["is_draft"].astype(bool)
    orders = orders[is_counted].assign(date=company_day(orders["created_at"]))
    orders = orders[orders["date"] <= truth.until].reset_index(drop=True)
    amounts = _line_amounts(truth).groupby("order_id")[list(AMOUNTS)].sum(min_count=1)
    orders = orders.merge(amounts, how="left", left_on="order_id", right_index=True)
    # An order of which no cost is known has no margin; it is not one of 0.
    told = [name for name in AMOUNTS if name != "margin"]
    orders[told] = orders[told].fillna(0.0)
    orders["order_value"] = orders["gross"] - orders["discounts"]
    orders["is_cancelled"] = truth.happened(orders["cancelled_at"])
    orders["person"] = person_of(truth, "customer", orders["customer_id"])
    orders["customer_type"] = customer_type(truth, orders["customer_id"])
    orders["device"] = UNKNOWN
    orders["country"] = orders["country"].astype(object).fillna("").replace("", UNKNOWN)
    return orders.assign(**_attribution(truth, orders))


@lru_cache(maxsize=1)
def refunds_of_counted(truth: Truth) -> pd.DataFrame:
    """Refunded lines of counted orders, on the refund's day, with the order's dimensions and person."""
    refunds = truth.table("refunds")
    refunds = refunds[truth.happened(refunds["refunded_at"])].assign(date=company_day(refunds["refunded_at"]))
    lines = truth.table("order_lines")[["line_id", "product_id", "vat_rate", "is_gift_card"]]
    lines = lines.assign(unit_cost=_unit_cost(truth, lines["product_id"])).astype({"line_id": object})
    refunds = refunds[refunds["date"] <= truth.until].astype({"line_id": object}).merge(lines, on="line_id")
    cents = refunds["amount_micros"] // CENT
    refunds["refund_cents"] = cents
    net = (cents - vat_share(cents, refunds["vat_rate"])) / 100
    is_goods = ~refunds["is_gift_card"].astype(bool)
    refunds["refunds"] = net.where(is_goods, 0.0)
    # Pieces that come back bring their cost back; what had no known cost had no margin to lose.
    refunds["margin"] = (net - refunds["unit_cost"] * refunds["quantity"]).where(is_goods, 0.0).fillna(0.0)
    dims = counted(truth)[["order_id", "person", "is_cancelled", *DIMS]]
    amounts = ["refunds", "margin", "refund_cents"]
    return refunds[["refund_id", "order_id", "date", *amounts]].merge(dims, on="order_id")


def _unit_cost(truth: Truth, products: pd.Series) -> pd.Series:
    """Cost of one piece in SEK, null where the shop does not keep it."""
    table = truth.table("products")
    cost = dict(zip(table["product_id"], table["unit_cost_micros"].astype(float) / 1_000_000, strict=True))
    return products.astype(object).map(cost).astype(float)


def _line_amounts(truth: Truth) -> pd.DataFrame:
    """`AMOUNTS` per line, gift cards 0 in all but `line_cents`; rounding as README "Rounding" says."""
    lines = truth.table("order_lines")
    discount = lines["discount_micros"] // CENT
    cents = lines["quantity"] * (lines["unit_price_micros"] // CENT) - discount
    net = (cents - vat_share(cents, lines["vat_rate"])) / 100
    discounts = (discount / 100 / (1 + lines["vat_rate"])).round(6)
    is_goods = ~lines["is_gift_card"].astype(bool)
    margin = net - lines["quantity"] * _unit_cost(truth, lines["product_id"])
    return pd.DataFrame(
        {
            "order_id": lines["order_id"],
            "gross": (net + discounts).where(is_goods, 0.0),
            "discounts": discounts.where(is_goods, 0.0),
            "line_cents": cents.astype(float),
            "value_with_vat": (cents / 100).where(is_goods, 0.0),
            "margin": margin.where(is_goods),
        }
    )


def customer_type(truth: Truth, customer_ids: pd.Series) -> pd.Series:
    customers = truth.table("customers")
    kind = np.where(customers["is_business"].astype(bool), "b2b", "b2c")
    return customer_ids.astype(object).map(dict(zip(customers["customer_id"], kind, strict=True))).fillna(UNKNOWN)


def _attribution(truth: Truth, orders: pd.DataFrame) -> dict[str, pd.Series]:
    """`channel`, `campaign`, `platform` by the last known visit that is not direct; `is_known`: any visit is known."""
    journey = orders["journey"].astype(object)
    is_ready = (journey == "not_ready") & (orders["created_at"] + JOURNEY_READY_AFTER <= truth.as_of)
    has_visit = orders["last_visit_at"].notna() | orders["first_visit_at"].notna()
    is_known = ((journey == "known") | is_ready) & has_visit
    by_name = campaign_channels(truth)

    def visit(which: str) -> pd.Series:
        columns = (orders[f"{which}_source"], orders[f"{which}_medium"], orders[f"{which}_campaign"])
        channel = by_distinct(visit_channel, columns, by_name)
        is_recent = orders["created_at"] - orders[f"{which}_visit_at"] <= LOOK_BACK
        return channel.where(is_recent, "direct")

    last, first = visit("last"), visit("first")
    is_pos = orders["source_name"].astype(object) == "pos"
    use_last = last != "direct"
    use_first = ~use_last & (first != "direct")
    channel = last.where(use_last, first).where(is_known, UNKNOWN).mask(is_pos, "pos")
    campaign = campaign_label(orders["last_campaign"]).where(use_last, campaign_label(orders["first_campaign"]))
    campaign = campaign.where(is_known & ~is_pos & (use_last | use_first), UNKNOWN)
    campaigns = truth.table("campaigns").astype({"name": object, "platform": object})
    platforms = dict(zip(campaigns["name"], campaigns["platform"], strict=True))
    platform = campaign.map(platforms).fillna(UNKNOWN)
    return {"channel": channel, "campaign": campaign, "platform": platform, "is_known": is_known}
