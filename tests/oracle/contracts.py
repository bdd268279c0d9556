"""Contracts and their monthly amounts, compared at the ends of each period."""

import pandas as pd

from tests.oracle.activity import States
from tests.oracle.catalogue import UNKNOWN
from tests.oracle.customers import DIMS, became_customers, first_orders
from tests.oracle.facts import Fact
from tests.oracle.identity import person_of
from tests.oracle.orders import customer_type
from tests.oracle.periods import company_day
from tests.oracle.state import MICROS, Truth

FLOWS = (
    "contracts_at_start",
    "contracts_lost",
    "mrr_at_start",
    "mrr_new",
    "mrr_back",
    "mrr_up",
    "mrr_down",
    "mrr_lost",
)
MONTHLY = ("subscribers_of_months", "subscribers_kept_in_months")
YEARLY = ("subscribers_a_year_ago", "subscribers_kept_since")


class Contracts(States):
    """`rows`: a row per contract: `person, from, until` (day of its end or null), `amount`, dims of the person."""

    def measured(self, grain: str, start: pd.Timestamp, last: pd.Timestamp) -> pd.DataFrame:
        people = self.compared(start, last)
        before, after = people["before"], people["after"]
        had = people["first"] < start
        joins, leaves, stays = (before == 0) & (after > 0), (before > 0) & (after == 0), (before > 0) & (after > 0)
        step = people["amount_after"] - people["amount_before"]
        flows = people.assign(
            contracts_at_start=before,
            contracts_lost=(before - after).clip(lower=0),
            mrr_at_start=people["amount_before"],
            mrr_new=people["amount_after"].where(joins & ~had, 0.0),
            mrr_back=people["amount_after"].where(joins & had, 0.0),
            mrr_up=step.where(stays, 0.0).clip(lower=0),
            mrr_down=(-step).where(stays, 0.0).clip(lower=0),
            mrr_lost=people["amount_before"].where(leaves, 0.0),
        )
        months = pd.date_range(start, last, freq="MS")
        of_months = [self._kept(month, min(month + pd.offsets.MonthEnd(0), last), MONTHLY) for month in months]
        year = self._kept(_twelve_months_to(grain, start), last, YEARLY)
        return pd.concat([flows, *of_months, year], ignore_index=True).reindex(columns=[*self.dims, *self.measures])

    def _kept(self, start: pd.Timestamp, last: pd.Timestamp, names: tuple[str, str]) -> pd.DataFrame:
        people = self.compared(start, last)
        at_start = people["before"] > 0
        kept = at_start & (people["after"] > 0)
        return people.assign(**{names[0]: at_start.astype(float), names[1]: kept.astype(float)})

    def compared(self, start: pd.Timestamp, last: pd.Timestamp) -> pd.DataFrame:
        """People with a contract in the span: contracts and amounts at the end of the day before it, and of `last`."""
        rows = self.rows
        rows = rows[(rows["from"] <= last) & (rows["until"].isna() | (rows["until"] >= start))]
        was, now = rows["from"] < start, rows["until"].isna() | (rows["until"] > last)
        states = rows.assign(
            before=was.astype(float),
            after=now.astype(float),
            amount_before=rows["amount"].where(was, 0.0),
            amount_after=rows["amount"].where(now, 0.0),
        )
        columns = ["before", "after", "amount_before", "amount_after"]
        return states.groupby(["person", "first", *self.dims], observed=True)[columns].sum().reset_index()


def _twelve_months_to(grain: str, start: pd.Timestamp) -> pd.Timestamp:
    """First day of the twelve months that end with the period."""
    last_month = start if grain == "month" else start + pd.DateOffset(months=2)
    return last_month - pd.DateOffset(months=11)


def facts(truth: Truth) -> list[Fact]:
    rows = truth.table("subscriptions").astype({"customer_id": object, "currency": object})
    rows = rows[truth.happened(rows["started_at"])].reset_index(drop=True)
    if rows.empty:
        return []
    rows = rows.assign(**{"from": company_day(rows["started_at"]), "until": company_day(rows["ended_at"])})
    person = person_of(truth, "customer", rows["customer_id"])
    rows["person"] = person.fillna("subscriber:" + rows["customer_id"])
    rows["first"] = rows.groupby("person")["from"].transform("min")
    rows["amount"] = _amount(truth, rows)
    rows = rows.drop(columns=[name for name in DIMS if name in rows])
    return [Contracts(rows.merge(_dims(truth, rows), on="person"), DIMS, FLOWS + MONTHLY + YEARLY, truth.until)]


def _amount(truth: Truth, rows: pd.DataFrame) -> pd.Series:
    """Monthly amount in SEK at the rate of the first day; a contract older than the rates takes the first one."""
    amount = truth.reporting_amount(rows["monthly_micros"], rows["currency"], rows["from"])
    rates = truth.table("fx_rates").astype({"currency": object}).sort_values("date").drop_duplicates("currency")
    first = rows[["currency"]].merge(rates[["currency", "date", "rate_micros"]], on="currency", how="left")
    by_first = rows["monthly_micros"] / MICROS * (first["rate_micros"] / MICROS)
    return amount.where(~(rows["from"] < first["date"]), by_first).fillna(0.0)


def _dims(truth: Truth, rows: pd.DataFrame) -> pd.DataFrame:
    """Per person: channel of the first order, else of the deal; country and type of that order, else of the account."""
    accounts = truth.table("customers").astype({"customer_id": object, "country": object})
    own = rows[["person", "customer_id"]].merge(accounts[["customer_id", "country"]], on="customer_id", how="left")
    own["customer_type"] = customer_type(truth, own["customer_id"])
    own["country"] = own["country"].fillna(UNKNOWN)
    people = own.groupby("person")[["country", "customer_type"]].min()
    first = first_orders(truth).set_index("person")[list(DIMS)]
    won = became_customers(truth).set_index("person")["channel"]
    found = people.join(first, rsuffix="_of_order")
    found["channel"] = found["channel"].fillna(pd.Series(won.reindex(found.index))).fillna(UNKNOWN)
    for name in ("country", "customer_type"):
        found[name] = found[f"{name}_of_order"].fillna(found[name])
    return found.reset_index()[["person", *DIMS]]
