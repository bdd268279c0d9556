"""What winning customers costs: when they come, and when they have paid it back."""

import math

import pandas as pd

from tests.oracle import ads, costs
from tests.oracle.calendar import Windows
from tests.oracle.customers import became_customers, first_orders, value_until, with_age
from tests.oracle.facts import Additive, Fact, Mature
from tests.oracle.identity import person_of
from tests.oracle.leads import all_leads
from tests.oracle.orders import counted, refunds_of_counted
from tests.oracle.periods import company_day, period_end, period_start, plain
from tests.oracle.state import Truth

AGE = 365
MONTH_DAYS = 30


def facts(truth: Truth) -> list[Fact]:
    cost = _full_cost(truth)
    cohort = first_orders(truth)[["date"]].assign(cohort_margin=value_until(truth, AGE, "margin", "margin"))
    cohort["people_of_cohort"] = 1.0
    yearly = pd.concat([cost.rename(columns={"cost": "cost_of_cohort"}), cohort])
    return [
        Mature(yearly, (), ("cost_of_cohort", "cohort_margin", "people_of_cohort"), AGE, truth.until),
        *_lagged(truth, cost),
        Payback(truth, cost),
    ]


def _full_cost(truth: Truth) -> pd.DataFrame:
    """Media, fees, tools and staff by day."""
    media = ads.delivery(truth).rows[["date", "spend"]].rename(columns={"spend": "cost"})
    other = costs.facts(truth)[0].rows
    amounts = other[list(costs.TYPES)].astype(float).sum(axis=1)
    return pd.concat([media, pd.DataFrame({"date": other["date"], "cost": amounts})], ignore_index=True)


def _lagged(truth: Truth, cost: pd.DataFrame) -> list[Fact]:
    """Cost on the day that lies the median days from lead to customer later, and the new customers it can belong to."""
    leads = all_leads(truth)
    lead_days = pd.DataFrame(
        {
            "person": person_of(truth, "contact", pd.Series(leads.index)).to_numpy(),
            "lead": company_day(leads["lead_at"]).to_numpy(),
        }
    )
    won = became_customers(truth)[["person", "date"]]
    both = lead_days.merge(won, on="person")
    wait = (both["date"] - both["lead"]).dt.days
    wait = wait[wait >= 0]
    if wait.empty or cost.empty:
        return []
    lag = pd.Timedelta(days=math.floor(wait.median() + 0.5))
    later = cost.assign(date=cost["date"] + lag).rename(columns={"cost": "cost_lagged"})
    known = won[(won["date"] >= later["date"].min()) & (won["date"] <= truth.until)].assign(new_customers_lagged=1.0)
    return [
        Additive(later[later["date"] <= truth.until], (), ("cost_lagged",)),
        Additive(known, (), ("new_customers_lagged",)),
    ]


class Payback:
    """Per period: the first age, in steps of 30 days, at which the margin of its first buyers reaches its cost."""

    measures: tuple[str, ...] = ("payback_days", "payback_people")

    def __init__(self, truth: Truth, cost: pd.DataFrame) -> None:
        sold, returned = with_age(truth, counted(truth)), with_age(truth, refunds_of_counted(truth))
        moves = pd.concat([sold, returned.assign(margin=-returned["margin"])], ignore_index=True)
        moves["date"] = moves["date"] - pd.to_timedelta(moves["age_days"], unit="D")  # the day of the first order
        self.rows, self._cost, self._until = moves[["date", "age_days", "margin"]], cost, truth.until
        self._first_days = first_orders(truth)["date"]

    def cells(self, grain: str, segment_set: str) -> pd.DataFrame | None:
        if segment_set != "total" or plain(grain) not in ("month", "quarter"):
            return None
        cost = self._cost["cost"].groupby(period_start(grain, self._cost["date"])).sum()
        first = period_start(grain, self._first_days)
        found = []
        for start, moves in self.rows.groupby(period_start(grain, self.rows["date"])):
            end = period_end(grain, pd.DatetimeIndex([start])).iloc[0]
            for age in range(MONTH_DAYS, (self._until - end).days + 1, MONTH_DAYS):
                margin = moves.loc[moves["age_days"] <= age, "margin"].sum()
                if start in cost.index and margin >= cost[start]:
                    people = float((first == start).sum())
                    found.append({"period_start": start, "payback_days": float(age), "payback_people": people})
                    break
        return pd.DataFrame(found, columns=["period_start", *self.measures])

    def to_date(self, windows: Windows) -> None:
        return None
