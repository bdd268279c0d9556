"""Purchases of the Google Merchandise Store, item by item; the property's days are UTC's."""

from datetime import date

import pandas as pd
import pytest

from tests.realdata.comparing import assert_same, months
from tests.realdata.conftest import DataSet, Landed


@pytest.fixture(scope="module")
def store(data_set: Landed) -> DataSet:
    return data_set("ga4_purchases", "UTC", "USD", date(2021, 1, 31))


@pytest.fixture(scope="module")
def items(store: DataSet) -> pd.DataFrame:
    found = pd.read_csv(store.folder / "ga4_purchase_items.csv.gz", dtype={"user_pseudo_id": str})
    found["day"] = pd.to_datetime(found["event_date"], format="%Y%m%d")
    found["revenue"] = found["item_revenue_in_usd"].fillna(0)
    return found


@pytest.fixture(scope="module")
def purchases(items: pd.DataFrame) -> pd.DataFrame:
    return items.groupby(["user_pseudo_id", "event_timestamp"], as_index=False).agg(
        day=("day", "first"), revenue=("revenue", "sum"), country=("country", "first")
    )


def test_purchases_and_items_land(store: DataSet, items: pd.DataFrame, purchases: pd.DataFrame) -> None:
    orders = store.rows("orders")
    assert len(orders) == len(purchases) == 5690
    days = orders["created_at"].dt.tz_localize(None).dt.normalize()
    assert days.value_counts().to_dict() == purchases["day"].value_counts().to_dict()
    assert len(store.rows("customers")) == items["user_pseudo_id"].nunique()
    lines = store.rows("order_lines")
    assert lines["quantity"].sum() == items["quantity"].sum()
    assert (lines["gross_amount"] == 0).sum() == 448  # items that are "(not set)"


def test_orders_and_revenue(store: DataSet, purchases: pd.DataFrame) -> None:
    by_day, by_month = purchases.groupby("day"), purchases.groupby(months(purchases["day"]))
    assert_same(store.kpi("orders", "day"), by_day.size())
    assert_same(store.kpi("revenue_net", "day"), by_day["revenue"].sum())
    assert_same(store.kpi("aov"), by_month["revenue"].mean())
    swedes = purchases[purchases["country"] == "Sweden"]
    found = store.kpi("orders", by="country")
    assert found[:, "SE"].sum() == len(swedes) > 0


def test_people_who_buy(store: DataSet, purchases: pd.DataFrame) -> None:
    bought = purchases[purchases["revenue"] > 0]
    month = months(bought["day"])
    buyers = bought.groupby(month)["user_pseudo_id"].nunique()
    # Revenue of a month is that of everyone who ever bought something, also by an order of nothing but unknown items.
    assert_same(store.kpi("arppu"), bought.groupby(month)["revenue"].sum() / buyers)
    first = bought.sort_values("event_timestamp").drop_duplicates("user_pseudo_id")
    assert_same(store.kpi("new_customers"), first.groupby(months(first["day"])).size())
