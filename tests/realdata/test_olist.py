"""A Brazilian marketplace: leads and deals of its sellers, orders and reviews of its buyers."""

from datetime import date

import pandas as pd
import pytest

from tests.realdata.comparing import assert_same, months
from tests.realdata.conftest import DataSet, Landed

CHANNELS = {
    **{"organic search": "organic_search", "paid search": "paid_search", "social": "organic_social", "email": "email"},
    **{"referral": "referral", "direct traffic": "direct", "display": "display"},
}
PAID = ("delivered", "shipped", "invoiced", "processing", "approved")


@pytest.fixture(scope="module")
def olist(data_set: Landed) -> DataSet:
    return data_set("olist", "America/Sao_Paulo", "BRL", date(2018, 12, 31))


@pytest.fixture(scope="module")
def leads(olist: DataSet) -> pd.DataFrame:
    """Leads with the first instant at which each was one, and the day on which it was won."""
    found = pd.read_csv(olist.folder / "olist_marketing_qualified_leads_dataset.csv")
    deals = pd.read_csv(olist.folder / "olist_closed_deals_dataset.csv")[["mql_id", "won_date"]]
    found = found.merge(deals, on="mql_id", how="left")
    found["mql_at"], found["won_at"] = pd.to_datetime(found["first_contact_date"]), pd.to_datetime(found["won_date"])
    found["lead_at"] = found[["mql_at", "won_at"]].min(axis=1)
    found["channel"] = found["origin"].map(CHANNELS).fillna("unknown")
    return found


@pytest.fixture(scope="module")
def orders(olist: DataSet) -> pd.DataFrame:
    """Paid orders with their person and the sum of their items."""
    found = pd.read_csv(olist.folder / "olist_orders_dataset.csv")
    people = pd.read_csv(olist.folder / "olist_customers_dataset.csv")[["customer_id", "customer_unique_id"]]
    prices = pd.read_csv(olist.folder / "olist_order_items_dataset.csv").groupby("order_id")["price"].sum()
    found = found.merge(people, on="customer_id").merge(prices, on="order_id", how="left")
    found["price"] = found["price"].fillna(0)
    found["at"] = pd.to_datetime(found["order_purchase_timestamp"])
    return found[found["order_status"].isin(PAID)].sort_values("at")


def test_leads_and_deals_land(olist: DataSet, leads: pd.DataFrame) -> None:
    contacts = olist.rows("contacts")
    assert len(contacts) == 8000
    assert set(contacts["contact_id"]) == set(leads["mql_id"])
    assert (contacts["original_source"] == "unknown").sum() == leads["origin"].isin(
        ["unknown", "other", "other publicities"]
    ).sum() + 60
    local = contacts["created_at"].dt.tz_convert("America/Sao_Paulo").dt.tz_localize(None).dt.normalize()
    expected = leads.set_index("mql_id")["mql_at"]
    assert local.tolist() == expected.reindex(contacts["contact_id"]).tolist()
    stages = olist.rows("contact_stages").groupby("stage").size()
    assert stages.to_dict() == {"mql": 8000, "customer": 842}
    deals = olist.rows("deals")
    assert deals["amount"].astype(float).sum() == pytest.approx(
        pd.read_csv(olist.folder / "olist_closed_deals_dataset.csv")["declared_monthly_revenue"].sum()
    )


def test_orders_lines_and_reviews_land(olist: DataSet) -> None:
    orders = pd.read_csv(olist.folder / "olist_orders_dataset.csv")
    landed = olist.rows("orders").set_index("order_id").loc[orders["order_id"]]
    local = landed["created_at"].dt.tz_convert("America/Sao_Paulo").dt.tz_localize(None)
    assert local.tolist() == pd.to_datetime(orders["order_purchase_timestamp"]).tolist()
    assert landed["is_paid"].tolist() == orders["order_status"].isin(PAID).tolist()
    people = pd.read_csv(olist.folder / "olist_customers_dataset.csv")
    assert len(olist.rows("customers")) == people["customer_unique_id"].nunique()
    items = pd.read_csv(olist.folder / "olist_order_items_dataset.csv")
    assert len(olist.rows("order_lines")) == len(items)
    assert olist.rows("order_lines")["gross_amount"].astype(float).sum() == pytest.approx(items["price"].sum())
    reviews = pd.read_csv(olist.folder / "olist_order_reviews_dataset.csv")
    assert olist.rows("reviews")["score"].value_counts().to_dict() == reviews["review_score"].value_counts().to_dict()
    assert not any("comment" in str(name) for name in olist.rows("reviews"))


def test_leads_and_their_quality(olist: DataSet, leads: pd.DataFrame) -> None:
    month = months(leads["lead_at"])
    assert_same(olist.kpi("leads"), leads.groupby(month).size())
    by_channel = leads.groupby([month, leads["channel"]]).size()
    assert_same(olist.kpi("leads", by="channel", basis="first_party:last_non_direct"), by_channel)
    assert_same(olist.kpi("mql"), leads.groupby(months(leads["mql_at"])).size())
    is_soon = leads["mql_at"] <= leads["lead_at"] + pd.Timedelta(days=30)
    assert_same(olist.kpi("mql_rate_30"), is_soon.groupby(month).mean())


def test_orders_and_revenue(olist: DataSet, orders: pd.DataFrame) -> None:
    month = months(orders["at"])
    assert_same(olist.kpi("orders"), orders.groupby(month).size())
    assert_same(olist.kpi("orders", "day"), orders.groupby(orders["at"].dt.normalize()).size())
    for kpi_id in ("revenue_gross", "revenue_net"):
        assert_same(olist.kpi(kpi_id), orders.groupby(month)["price"].sum())
    assert_same(olist.kpi("aov"), orders.groupby(month)["price"].mean())


def test_people_who_buy(olist: DataSet, orders: pd.DataFrame, leads: pd.DataFrame) -> None:
    bought = orders[orders["price"] > 0]
    month = months(bought["at"])
    buyers = bought.groupby(month)["customer_unique_id"].nunique()
    assert_same(olist.kpi("arppu"), orders.groupby(months(orders["at"]))["price"].sum() / buyers)
    first = bought.groupby("customer_unique_id")["at"].transform("min")
    is_returning = first < month  # an order before the month, not only before this one
    returning = bought[is_returning].groupby(month[is_returning])["customer_unique_id"].nunique()
    assert_same(olist.kpi("returning_share"), (returning.reindex(buyers.index, fill_value=0) / buyers))
    # A seller who was won is a customer, too.
    won = leads["won_at"].dropna()
    new = pd.concat([month[~bought["customer_unique_id"].duplicated()], months(won)])
    assert_same(olist.kpi("new_customers"), new.groupby(new).size())


def test_repurchase_within_90_days(olist: DataSet, orders: pd.DataFrame) -> None:
    bought = orders[orders["price"] > 0]  # in the order of their instants
    bought = bought.assign(day=bought["at"].dt.normalize(), no=bought.groupby("customer_unique_id").cumcount())
    people = bought[bought["no"] < 2].pivot(index="customer_unique_id", columns="no", values="day")
    is_again = people[1] <= people[0] + pd.Timedelta(days=90)
    assert is_again.sum() > 0
    assert_same(olist.kpi("repurchase_rate_90"), is_again.groupby(months(people[0])).mean())


def test_satisfaction(olist: DataSet) -> None:
    reviews = pd.read_csv(olist.folder / "olist_order_reviews_dataset.csv")
    month = months(pd.to_datetime(reviews["review_answer_timestamp"]))
    assert_same(olist.kpi("csat"), reviews.groupby(month)["review_score"].mean())
