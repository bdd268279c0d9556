"""Half a million items of a gift wholesaler, returns among them; customer and minute name an order."""

from datetime import date

import pandas as pd
import pytest

from tests.realdata.comparing import assert_same, months
from tests.realdata.conftest import DataSet, Landed


@pytest.fixture(scope="module")
def retail(data_set: Landed) -> DataSet:
    return data_set("online_retail", "Europe/London", "GBP", date(2011, 12, 31))


@pytest.fixture(scope="module")
def items(retail: DataSet) -> pd.DataFrame:
    found = pd.read_parquet(retail.folder / "online_retail.parquet")
    found["amount"] = (found["UnitPrice"].round(3) * found["Quantity"]).round(3)
    return found[found["UnitPrice"] > 0]


@pytest.fixture(scope="module")
def sold(items: pd.DataFrame) -> pd.DataFrame:
    found = items[items["Quantity"] > 0].copy()
    guests = "guest " + found["Country"]
    found["order"] = found["CustomerID"].astype("Int64").astype("string").fillna(guests.astype("string"))
    found["order"] += found["InvoiceDate"].dt.strftime(" %Y-%m-%d %H:%M")
    return found


@pytest.fixture(scope="module")
def returned(items: pd.DataFrame, sold: pd.DataFrame) -> pd.DataFrame:
    """Returns of customers who had bought before."""
    first = sold.groupby("CustomerID")["InvoiceDate"].min().rename("first")
    found = items[items["Quantity"] < 0].merge(first, on="CustomerID")
    return found[found["InvoiceDate"] >= found["first"]]


def test_items_and_returns_land(retail: DataSet, sold: pd.DataFrame, returned: pd.DataFrame) -> None:
    assert len(retail.rows("orders")) == sold["order"].nunique()
    assert len(retail.rows("customers")) == sold["CustomerID"].nunique()
    lines = retail.rows("order_lines")
    assert len(lines) == len(sold)
    assert float(lines["gross_amount"].sum()) == pytest.approx(sold["amount"].sum(), rel=1e-12)
    refunds = retail.rows("refunds")
    assert len(refunds) == len(returned)
    assert float(refunds["refund_amount"].sum()) == pytest.approx(-returned["amount"].sum(), rel=1e-12)
    assert set(refunds["order_id"]) <= set(retail.rows("orders")["order_id"])


def test_local_minutes_become_utc(retail: DataSet, sold: pd.DataFrame) -> None:
    local = retail.rows("orders")["created_at"].dt.tz_convert("Europe/London").dt.tz_localize(None)
    assert sorted(local.unique()) == sorted(sold["InvoiceDate"].unique())


def test_orders_and_revenue(retail: DataSet, sold: pd.DataFrame, returned: pd.DataFrame) -> None:
    month = months(sold["InvoiceDate"])
    orders, gross = sold.groupby(month)["order"].nunique(), sold.groupby(month)["amount"].sum()
    refunds = returned.groupby(months(returned["InvoiceDate"]))["amount"].sum()
    assert_same(retail.kpi("orders"), orders)
    assert_same(retail.kpi("revenue_gross"), gross)
    assert_same(retail.kpi("revenue_net"), gross + refunds)
    assert_same(retail.kpi("aov"), gross / orders)
    assert_same(retail.kpi("aov_net"), (gross + refunds) / orders)


def test_orders_by_country(retail: DataSet, sold: pd.DataFrame) -> None:
    british = sold[sold["Country"] == "United Kingdom"]
    found = retail.kpi("orders", by="country").xs("GB", level=1)
    assert_same(found, british.groupby(months(british["InvoiceDate"]))["order"].nunique())


def test_customers(retail: DataSet, sold: pd.DataFrame, returned: pd.DataFrame) -> None:
    known = sold.dropna(subset="CustomerID")
    month = months(known["InvoiceDate"])
    buyers = known.groupby(month)["CustomerID"].nunique()
    first = known.groupby("CustomerID")["InvoiceDate"].min()
    assert_same(retail.kpi("new_customers"), first.groupby(months(first)).size())
    refunds = returned.groupby(months(returned["InvoiceDate"]))["amount"].sum()
    assert_same(retail.kpi("arppu"), (known.groupby(month)["amount"].sum() + refunds) / buyers)
    is_returning = known["CustomerID"].map(first) < month  # an order before the month, not only before this one
    returning = known[is_returning].groupby(month[is_returning])["CustomerID"].nunique()
    assert_same(retail.kpi("returning_share"), returning.reindex(buyers.index, fill_value=0) / buyers)
