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
REPURCHASE_DAYS = 90
LTV_DAYS = (90, 365)


def facts(truth: Truth) -> list[Fact]:
    return [
        *_new_customers(truth),
        _repurchase(truth),
        *[_ltv(truth, age) for age in LTV_DAYS],
        Returning(_buyers(truth), DIMS),
        *_revenue_of_customers(truth),
    ]


@lru_cache(maxsize=1)
def purchases(truth: Truth) -> pd.DataFrame:
    """Orders that make a customer: counted, not cancelled, value over 0, of a known person; oldest first."""
    orders = counted(truth)
    kept = orders[~orders["is_cancelled"] & (orders["order_value"] > 0) & orders["person"].notna()]
    return kept.sort_values(["created_at", "order_id"]).reset_index(drop=True)


def _first_orders(truth: Truth) -> pd.DataFrame:
    return purchases(truth).drop_duplicates("person").reset_index(drop=True)


def _with_age(truth: Truth, rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of people who have bought, with `age_days`: days since the day of their first order."""
    first = _first_orders(truth)[["person", "date"]].rename(columns={"date": "first_date"})
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


def _new_customers(truth: Truth) -> list[Fact]:
    orders = _first_orders(truth)[["person", "order_id", "created_at", "channel"]]
    both = orders.merge(_won_deals(truth), on="person", how="outer", suffixes=("", "_deal"))
    by_order = both["won_at"].isna() | (both["created_at"] <= both["won_at"])
    won = pd.DataFrame(
        {
            "date": company_day(both["created_at"].where(by_order, both["won_at"])),
            "channel": both["channel"].where(by_order, both["channel_deal"]),
            "new_customers": 1.0,
        }
    )
    won["new_customers_paid"] = won["new_customers"].where(won["channel"].isin(PAID))
    won = won[won["date"] <= truth.until]
    first_order_ids = both.loc[by_order, "order_id"]
    sold, returned = counted(truth), refunds_of_counted(truth)
    sold = sold[sold["order_id"].isin(first_order_ids)]
    returned = returned[returned["order_id"].isin(first_order_ids)]
    return [
        Additive(won, ("channel",), ("new_customers", "new_customers_paid")),
        Additive(sold.assign(revenue_of_first_orders=sold["order_value"]), ORDER_DIMS, ("revenue_of_first_orders",)),
        Additive(
            returned.assign(revenue_of_first_orders=-returned["refunds"]), ORDER_DIMS, ("revenue_of_first_orders",)
        ),
    ]


def _repurchase(truth: Truth) -> Fact:
    first = _first_orders(truth)
    refunded = refunds_of_counted(truth).groupby("order_id")["refund_cents"].sum()
    orders = purchases(truth)
    is_whole_refund = orders["order_id"].map(refunded).fillna(0) >= orders["line_cents"]
    later = _with_age(truth, orders[~is_whole_refund & ~orders["order_id"].isin(first["order_id"])])
    repeaters = set(later.loc[later["age_days"] <= REPURCHASE_DAYS, "person"])
    old_enough = first["date"] + pd.Timedelta(days=REPURCHASE_DAYS) <= truth.until
    cohort = first[old_enough].assign(cohort_90=1.0)
    cohort["repeaters_90"] = cohort["person"].isin(repeaters).astype(float)
    return Additive(cohort, DIMS, ("cohort_90", "repeaters_90"))


def _ltv(truth: Truth, age: int) -> Fact:
    """Net revenue of people up to `age` days after their first order, on the day of that order."""
    first = _first_orders(truth)

    def until_age(rows: pd.DataFrame, amount: str) -> pd.Series:
        aged = _with_age(truth, rows)
        return aged[aged["age_days"] <= age].groupby("person")[amount].sum()

    sold = until_age(counted(truth), "order_value")
    returned = until_age(refunds_of_counted(truth), "refunds")
    revenue = first["person"].map(sold).fillna(0.0) - first["person"].map(returned).fillna(0.0)
    size, amount = f"cohort_size_{age}", f"cohort_revenue_{age}"
    rows = first[["date", *DIMS]].assign(**{size: 1.0, amount: revenue})
    return Mature(rows, DIMS, (size, amount), age, truth.until)


def _with_acquisition(truth: Truth, rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of people who have bought, with the dimensions of their first order and its day (`first_date`)."""
    first = _first_orders(truth)[["person", "date", *DIMS]].rename(columns={"date": "first_date"})
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
