"""Lag curves on measures whose reporting lag is known."""

from datetime import UTC, date, datetime, timedelta

import duckdb
import numpy as np
import pandas as pd
import pytest

from modelling.lag_curves import MIN_CASES, Given, learn

FIRST = date(2026, 1, 1)
SETTLE_DAYS = 10
STAYS_AWAY = 0.3  # of what is still to come each day: a lag that halves in about two days


def vintages(days: int, seed: int = 3, usual: float = 40.0) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rows of the measure and of the runs: each morning tells the day before and what older ones have come to."""
    draw = np.random.default_rng(seed)
    finals = draw.poisson(usual, days)
    told, runs = [], []
    known = np.zeros(days, int)
    for run in range(days):
        at = datetime(2026, 1, 2, 5, tzinfo=UTC) + timedelta(days=run)
        until = FIRST + timedelta(days=run)
        for day in range(run + 1):
            missing = finals[day] - known[day]
            came = missing if run - day >= SETTLE_DAYS else draw.binomial(missing, STAYS_AWAY)
            if came or run == day:
                known[day] += came
                told.append({"period_start": FIRST + timedelta(days=day), "known_at": at, "value": float(known[day])})
        since = until - timedelta(days=SETTLE_DAYS - 1)
        runs.append({"source": "ads", "known_at": at, "data_until": until, "provisional_from": since})
    cell = {"measure_id": "claims", "attribution_basis": "none", "period_grain": "day"}
    return pd.DataFrame(told).assign(**cell, segment_set="total", platform="(all)"), pd.DataFrame(runs)


def curves(told: pd.DataFrame, runs: pd.DataFrame, before: datetime | None = None) -> pd.DataFrame:
    if before:
        told, runs = told[told["known_at"] < before], runs[runs["known_at"] < before]
    with duckdb.connect(":memory:") as connection:
        connection.execute("set timezone = 'UTC'")
        connection.register("told_rows", told)
        connection.register("run_rows", runs)
        fed = "select 'claims' as measure_id, 'ads' as source, '(all)' as platform, null as settle_days"
        given = Given("select * from told_rows", "select * from run_rows", fed)
        return learn(connection, given).to_pandas().set_index("age_days")


def test_a_curve_rises_as_the_lag_says() -> None:
    found = curves(*vintages(150))
    assert list(found.index) == list(range(SETTLE_DAYS))
    assert set(found["sources"]) == {"ads"}
    for age in range(SETTLE_DAYS):
        assert found["settled_share"][age] == pytest.approx(1 - (1 - STAYS_AWAY) ** (age + 1), abs=0.02)
    assert found["mean_final"][0] == pytest.approx(40, abs=2)
    widths = found["residual_high"] - found["residual_low"]
    assert widths[0] > widths[4] > widths[9]


def test_before_there_are_enough_settled_periods_nothing_is_told() -> None:
    told, runs = vintages(SETTLE_DAYS + MIN_CASES - 1)
    found = curves(told, runs)
    assert found["cases"][0] == MIN_CASES - 1
    assert bool(found.loc[0, ["settled_share", "mean_final", "residual_low", "residual_high"]].isna().all())
    told, runs = vintages(SETTLE_DAYS + MIN_CASES)
    assert bool(curves(told, runs).loc[0, ["settled_share", "residual_low", "residual_high"]].notna().all())


def test_the_interval_holds_what_comes_nine_times_of_ten() -> None:
    """Curves of day 150 over the 100 days after it, that they have not seen: 1,000 cases of one share of luck."""
    held = []
    for seed in (1, 2, 3):
        told, runs = vintages(260, seed)
        start = datetime(2026, 1, 2, 5, tzinfo=UTC) + timedelta(days=150)
        found = curves(told, runs, start)
        final = told.groupby("period_start")["value"].last()
        for day, at, value in told[["period_start", "known_at", "value"]].itertuples(index=False):
            age = (at.date() - day).days - 1
            if at >= start and age < SETTLE_DAYS and day < FIRST + timedelta(days=249):
                curve = found.loc[age]
                unknown = 1 - curve["settled_share"]
                center = value + unknown * (value + unknown * curve["mean_final"])
                root = np.sqrt(max(center, 0.01 * curve["mean_final"]))
                low, high = (center + curve[name] * root for name in ("residual_low", "residual_high"))
                held.append(low - 1e-9 <= final[day] <= high + 1e-9)
    assert len(held) > 1000
    assert 0.85 <= np.mean(held) <= 0.95


def test_a_missed_morning_is_no_case_of_its_age() -> None:
    told, runs = vintages(60)
    missed = runs["known_at"].iloc[30]
    found = curves(told[told["known_at"] != missed], runs[runs["known_at"] != missed])
    whole = curves(told, runs)
    assert found["cases"][0] == whole["cases"][0] - 1


def test_a_measure_that_is_known_at_once_has_no_spread() -> None:
    told, runs = vintages(60)
    settled = told.groupby("period_start", as_index=False).agg({"known_at": "first", "value": "last"})
    flat = settled.assign(**{name: told[name].iloc[0] for name in told.columns if name not in settled.columns})
    found = curves(flat, runs)
    assert (found["settled_share"] == 1).all()
    assert (found["residual_low"] == 0).all()
    assert (found["residual_high"] == 0).all()
