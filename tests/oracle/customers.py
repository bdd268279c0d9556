"""New customers, cohorts and buyers: people, not shop accounts."""

from functools import lru_cache

import numpy as np
import pandas as pd

from tests.oracle.channels import PAID
from tests.oracle.facts import Additive, Fact, Mature, Returning
from tests.oracle.identity import person_of, winner_of, winners
from tests.oracle.leads import attribution
from tests.oracle.orders import DIMS as ORDER_DIMS
from tests.oracle.orders import counted, refunds_of_counted
from tests.oracle.periods import company_day
from tests.oracle.state import Truth

DIMS = ("channel", "country", "customer_type")
REPURCHASE_AGES = (90, 365)
VALUE_AGES = (30, 90, 180, 365)


def facts(truth: Truth) -> list[Fact]:
    return [
        *_new_customers(truth),
        _orders_of_existing(truth),
        *[_repurchase(truth, age) for age in REPURCHASE_AGES],
        *[_value(truth, age) for age in VALUE_AGES],
        Returning(_buyers(truth), DIMS),
        Additive(_buyers(truth).assign(orders_of_buyers=1.0), DIMS, ("orders_of_buyers",)),
        *_revenue_of_customers(truth),
    ]


@lru_cache(maxsize=1)
def purchases(truth: Truth) -> pd.DataFrame:
    """Orders that make a customer: counted, not cancelled, value over 0, of a known person; oldest first."""
    orders = counted(truth)
    kept = orders[~orders["is_cancelled"] & (orders["order_value"] > 0) & orders["person"].notna()]
    return kept.sort_values(["created_at", "order_id"]).reset_index(drop=True)


def first_orders(truth: Truth) -> pd.DataFrame:
    return purchases(truth).drop_duplicates("person").reset_index(drop=True)


def with_age(truth: Truth, rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of people who have bought, with `age_days`: days since the day of their first order."""
    first = first_orders(truth)[["person", "date"]].rename(columns={"date": "first_date"})
    aged = rows.merge(first, on="person")
    return aged.assign(age_days=(aged["date"] - aged["first_date"]).dt.days)


def _won_deals(truth: Truth) -> pd.DataFrame:
    """The first won deal of each person: `person`, `won_at`, `channel`."""
    deals = truth.table("deals")
    deals = deals[deals["is_won"].astype(bool) & truth.happened(deals["closed_at"])].copy()
    deals["winner"] = deals["contact_id"].map(winner_of(truth))
    deals = deals[deals["winner"].isin(winners(truth).index)].sort_values(["closed_at", "deal_id"])
    contacts = winners(truth).loc[deals["winner"]].reset_index(drop=True)
    deals = deals.reset_index(drop=True)
    deals["channel"] = attribution(truth, contacts, deals["closed_at"])["channel"].to_numpy()
    deals["person"] = person_of(truth, "contact", deals["winner"])
    return deals.rename(columns={"closed_at": "won_at"}).drop_duplicates("person")[["person", "won_at", "channel"]]


@lru_cache(maxsize=1)
def became_customers(truth: Truth) -> pd.DataFrame:
    """Who became a customer: `person, date, channel`, and the `order_id` that did it, null where a won deal did."""
    orders = first_orders(truth)[["person", "order_id", "created_at", "channel"]]
    both = orders.merge(_won_deals(truth), on="person", how="outer", suffixes=("", "_deal"))
    by_order = both["won_at"].isna() | (both["created_at"] <= both["won_at"])
    return pd.DataFrame(
        {
            "person": both["person"],
            "date": company_day(both["created_at"].where(by_order, both["won_at"])),
            "channel": both["channel"].where(by_order, both["channel_deal"]),
            "order_id": both["order_id"].where(by_order),
        }
    )


def _new_customers(truth: Truth) -> list[Fact]:
    won = became_customers(truth)
    first_order_ids = won["order_id"].dropna()
    is_kept = ~won["order_id"].isin(_given_back(truth))
    won = won.assign(new_customers=1.0, new_customers_kept=np.where(is_kept, 1.0, np.nan))
    won["new_customers_paid"] = won["new_customers"].where(won["channel"].isin(PAID))
    won = won[won["date"] <= truth.until]
    sold, returned = counted(truth), refunds_of_counted(truth)
    sold = sold[sold["order_id"].isin(first_order_ids)]
    returned = returned[returned["order_id"].isin(first_order_ids)]
    return [
        Additive(won, ("channel",), ("new_customers", "new_customers_paid", "new_customers_kept")),
        Additive(sold.assign(revenue_of_first_orders=sold["order_value"]), ORDER_DIMS, ("revenue_of_first_orders",)),
        Additive(
            returned.assign(revenue_of_first_orders=-returned["refunds"]), ORDER_DIMS, ("revenue_of_first_orders",)
        ),
    ]


def _given_back(truth: Truth) -> pd.Series:
    """Counted orders whose lines were all refunded by now."""
    refunded = refunds_of_counted(truth).groupby("order_id")["refund_cents"].sum()
    orders = counted(truth).set_index("order_id")["line_cents"]
    cents = refunded.reindex(orders.index).fillna(0)
    return pd.Series(orders.index[(cents > 0) & (cents >= orders)])


def _orders_of_existing(truth: Truth) -> Fact:
    """Counted orders of who was a customer before: not the order that won them, and not before that day."""
    won = became_customers(truth)
    since = won.rename(columns={"date": "since"})[["person", "since"]]
    orders = counted(truth).merge(since, on="person")
    existing = orders[(orders["since"] <= orders["date"]) & ~orders["order_id"].isin(won["order_id"].dropna())]
    return Additive(existing.assign(orders_of_existing=1.0), ORDER_DIMS, ("orders_of_existing",))


def _repurchase(truth: Truth, age: int) -> Fact:
    first = first_orders(truth)
    orders = purchases(truth)
    is_kept = ~orders["order_id"].isin(_given_back(truth))
    later = with_age(truth, orders[is_kept & ~orders["order_id"].isin(first["order_id"])])
    repeaters = set(later.loc[later["age_days"] <= age, "person"])
    old_enough = first["date"] + pd.Timedelta(days=age) <= truth.until
    cohort = first[old_enough].assign(**{f"cohort_{age}": 1.0})
    cohort[f"repeaters_{age}"] = cohort["person"].isin(repeaters).astype(float)
    return Additive(cohort, DIMS, (f"cohort_{age}", f"repeaters_{age}"))


def value_until(truth: Truth, age: int, sold: str = "order_value", returned: str = "refunds") -> pd.Series:
    """Per person of `first_orders`: what they brought up to `age` days after their first order, refunds taken off."""

    def until_age(rows: pd.DataFrame, amount: str) -> pd.Series:
        aged = with_age(truth, rows)
        return aged[aged["age_days"] <= age].groupby("person")[amount].sum()

    people = first_orders(truth)["person"]
    gained, lost = until_age(counted(truth), sold), until_age(refunds_of_counted(truth), returned)
    return people.map(gained).fillna(0.0) - people.map(lost).fillna(0.0)


def _value(truth: Truth, age: int) -> Fact:
    """Net revenue and margin of cohorts to an age, on the day of the first order."""
    measures = {
        f"cohort_size_{age}": 1.0,
        f"cohort_revenue_{age}": value_until(truth, age),
        f"cohort_margin_{age}": value_until(truth, age, "margin", "margin"),
    }
    rows = first_orders(truth)[["date", *DIMS]].assign(**measures)
    return Mature(rows, DIMS, tuple(measures), age, truth.until)


def _with_acquisition(truth: Truth, rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of people who have bought, with the dimensions of their first order and its day (`first_date`)."""
    first = first_orders(truth)[["person", "date", *DIMS]].rename(columns={"date": "first_date"})
    return rows.drop(columns=[name for name in DIMS if name in rows]).merge(first, on="person")


def _buyers(truth: Truth) -> pd.DataFrame:
    return _with_acquisition(truth, purchases(truth)[["date", "person"]])


def _revenue_of_customers(truth: Truth) -> list[Fact]:
    sold = _with_acquisition(truth, counted(truth)[["date", "person", "order_value"]])
    returned = _with_acquisition(truth, refunds_of_counted(truth)[["date", "person", "refunds"]])
    measure = "revenue_of_customers"
    return [
        Additive(sold.rename(columns={"order_value": measure}), DIMS, (measure,)),
        Additive(returned.assign(**{measure: -np.asarray(returned["refunds"])}), DIMS, (measure,)),
    ]
