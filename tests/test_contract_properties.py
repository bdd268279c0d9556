"""Recurring revenue of random contracts, from landed rows to `kpi_values`: the flows add up to the change, exactly."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from hypothesis import strategies as st

from tests.planted_landing import Marts
from tests.random_rows import Given
from tests.test_properties import EACH, holds

ZONE = ZoneInfo("Europe/Stockholm")
LAST_DAY = date(2026, 3, 17)
# Days on either side of what a month, a quarter, a year, a week or winter time begins with, and of the last day.
TURNS = [
    *(date(2025, month, 1) for month in range(7, 13)),
    *(date(2026, month, 1) for month in (1, 2, 3)),
    *(date(2025, 9, 29), date(2025, 10, 26), date(2025, 12, 29), date(2026, 3, 2), LAST_DAY),
]
DAYS = sorted({turn + timedelta(days=step) for turn in TURNS for step in (-1, 0, 1)})
# Around midnight in Stockholm, in summer and in winter.
CLOCK = ("10:00", "21:59", "22:00", "22:59", "23:00", "23:30")
FLOWS = {"mrr_new": 1, "mrr_reactivation": 1, "mrr_up": 1, "mrr_down": -1, "mrr_lost": -1}
SEGMENT = ["segment_set", "channel", "country", "customer_type"]
QUARTERS = {1: "Q-DEC", 5: "Q-APR"}  # by the month in which the fiscal year starts


@st.composite
def contracts(draw: st.DrawFn) -> Given:
    """Contracts of two shop customers, who may be one person, and of one whom the shop does not know."""
    instant = st.tuples(st.sampled_from(DAYS), st.sampled_from(CLOCK)).map(lambda at: f"{at[0]}T{at[1]}")
    contract: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
        {
            "customer_id": st.sampled_from(["k1", "k2", "old"]),
            "between": st.tuples(instant, st.none() | instant),
            "monthly_amount": st.integers(1, 99_999).map(lambda cents: Decimal(cents) / 100),
            "currency": st.sampled_from(["SEK", "EUR"]),
        }
    )
    rows = draw(st.lists(contract, min_size=3, max_size=12))
    for number, row in enumerate(rows):
        start, end = row.pop("between")
        row |= {"subscription_id": f"u{number}", "started_at": start}
        row["ended_at"] = None if end is None or end <= start else end
    rates = draw(st.lists(st.integers(900, 1300), min_size=len(DAYS), max_size=len(DAYS)))
    return {
        "files.subscriptions": rows,
        "config.fx_rates": [
            {"date": str(day), "rate": Decimal(rate) / 100} for day, rate in zip(DAYS, rates, strict=True)
        ],
        "shopify.customers": [
            {"customer_id": "k1", "email_hash": "anna", "country_code": "SE"},
            {"customer_id": "k2", "email_hash": draw(st.sampled_from(["anna", "bo"])), "country_code": "NO"},
        ],
        # History, so that there are periods.
        "google_ads.campaigns_daily": [{"date": str(DAYS[0])}, {"date": str(LAST_DAY)}],
        "config.company": [{"fiscal_year_start_month": draw(st.sampled_from(sorted(QUARTERS)))}],
    }


@EACH
def test_flows_of_recurring_revenue_add_up_to_the_change(examples: int) -> None:
    def check(given: Given) -> None:
        values = Marts.of(given).all
        values = values[values["kpi_id"].isin(["mrr_start", *FLOWS])]
        assert set(values["period_grain"]) == {"month", "quarter"}
        for (grain, *segment), part in values.groupby(["period_grain", *SEGMENT], observed=True):
            told = part.pivot(index="period_start", columns="kpi_id", values="numerator")
            freq = "M" if grain == "month" else QUARTERS[given["config.company"][0]["fiscal_year_start_month"]]
            _assert_adds_up(told, freq, given if segment[0] == "total" else None)

    holds(check, examples, contracts())


def _assert_adds_up(told: pd.DataFrame, freq: str, given: Given | None) -> None:
    """Each period's start and flows make the next one's start; of the total, both ends are those of the landed rows."""
    periods = pd.PeriodIndex(pd.to_datetime(told.index), freq=freq)
    whole = pd.period_range(periods.min(), periods.max(), freq=freq)
    # A segment without contracts has no rows.
    known = told.set_axis(periods).reindex(index=whole, columns=["mrr_start", *FLOWS]).fillna(0)
    amounts = known.map(lambda value: Decimal(str(value)))
    end = amounts["mrr_start"] + sum(amounts[name] * sign for name, sign in FLOWS.items())
    assert list(end[:-1]) == list(amounts["mrr_start"][1:])
    assert (amounts >= 0).all(axis=None)
    if given is not None:
        starts = [_open_at_the_end_of(period.start_time.date() - timedelta(days=1), given) for period in whole]
        assert list(amounts["mrr_start"]) == starts
        assert end.iloc[-1] == _open_at_the_end_of(LAST_DAY, given)


def _open_at_the_end_of(day: date, given: Given) -> Decimal:
    """Monthly amounts of the contracts that have begun and not ended, each at the rate of its first day."""
    rates = {row["date"]: row["rate"] for row in given["config.fx_rates"]}
    found = Decimal(0)
    for row in given["files.subscriptions"]:
        start, end = _day(row["started_at"]), row["ended_at"] and _day(row["ended_at"])
        if start <= day and (end is None or end > day):
            found += row["monthly_amount"] * (rates[_known(start)] if row["currency"] == "EUR" else 1)
    return found


def _known(day: date) -> str:
    """The last day with a rate."""
    return str(max(known for known in DAYS if known <= day))


def _day(instant: str) -> date:
    return datetime.fromisoformat(instant).replace(tzinfo=UTC).astimezone(ZONE).date()


def test_a_period_has_flows_of_every_kind() -> None:
    """What is drawn above could leave a flow without a case: here each is there, over a year's end."""
    before, turn, after = "2025-10-02T10:00", "2025-12-31T22:59", "2025-12-31T23:00"
    rows = [
        {"customer_id": "up", "started_at": before, "ended_at": after, "monthly_amount": 100},
        {"customer_id": "up", "started_at": after, "monthly_amount": 130},
        {"customer_id": "down", "started_at": before, "ended_at": after, "monthly_amount": 50},
        {"customer_id": "down", "started_at": after, "monthly_amount": 30},
        {"customer_id": "lost", "started_at": before, "ended_at": after, "monthly_amount": 7},
        {"customer_id": "lost in december", "started_at": before, "ended_at": turn, "monthly_amount": 11},
        {"customer_id": "back", "started_at": before, "ended_at": turn, "monthly_amount": 5},
        {"customer_id": "back", "started_at": after, "monthly_amount": 9},
        {"customer_id": "new", "started_at": after, "monthly_amount": 40},
    ]
    contracts = [row | {"subscription_id": str(number)} for number, row in enumerate(rows)]
    days = [{"date": "2025-09-01"}, {"date": str(LAST_DAY)}]
    answer = Marts.of({"files.subscriptions": contracts, "google_ads.campaigns_daily": days})
    december, january = (
        {name: answer.value(name, "month", start) for name in ("mrr_start", *FLOWS)}
        for start in ("2025-12-01", "2026-01-01")
    )
    assert list(december.values()) == [173, 0, 0, 0, 0, 16]
    assert list(january.values()) == [157, 40, 9, 30, 20, 7]
    assert answer.value("mrr_start", "month", "2026-02-01") == 157 + 40 + 9 + 30 - 20 - 7
    quarter = {name: answer.value(name, "quarter", "2025-10-01") for name in ("mrr_start", *FLOWS)}
    assert list(quarter.values()) == [0, 157, 0, 0, 0, 0]
    assert answer.value("churn_contract", "month", "2026-01-01") == pytest.approx(1 / 3)
