"""What holds for any company: on random landing rows, through staging to `kpi_values`.

Few examples, always the same, belong to the fast suite; `make acceptance` draws many and new ones.
"""

import csv
import random
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.oracle import KEY
from tests.planted_landing import AS_OF, DEFAULTS, Marts, planted_landing
from tests.planted_loads import PlantedSource
from tests.random_rows import CURRENCIES, LAST_DAY, Given, ads, companies

SEEDS = Path(__file__).resolve().parents[1] / "dbt_project" / "seeds"
FEW = 3
FREQUENCIES = {"day": "D", "week": "W-SUN", "month": "M", "quarter": "Q-DEC"}
PAID = ("PAID", "PARTIALLY_REFUNDED", "REFUNDED")
EACH = pytest.mark.parametrize("examples", [FEW, pytest.param(100, marks=pytest.mark.acceptance)])


def holds(check: Callable[..., None], examples: int, *strategies: st.SearchStrategy[Any]) -> None:
    """Tries the check on so many drawn examples."""
    slow = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]
    tried = settings(
        max_examples=examples, deadline=None, derandomize=examples <= FEW, database=None, suppress_health_check=slow
    )
    tried(given(*strategies)(check))()


@EACH
def test_totals_equal_what_is_computed_from_the_landed_rows(examples: int) -> None:
    def check(company: Given) -> None:
        found = _totals(Marts.of(company).all)
        for kpi_id, expected in _expected(company).items():
            grains = FREQUENCIES if kpi_id not in ("engagement_rate", "bounce_rate", "aov") else list(FREQUENCIES)[1:]
            for grain in grains:
                mine = found[(found["kpi_id"] == kpi_id) & (found["period_grain"] == grain)]
                _assert_parts(mine.set_index("period_start").sort_index(), expected, grain)

    holds(check, examples, companies())


def _totals(values: pd.DataFrame) -> pd.DataFrame:
    parts = ["numerator", "denominator", "value"]
    totals = values.loc[values["segment_set"] == "total", ["kpi_id", "period_grain", "period_start", *parts]]
    return totals.astype(dict.fromkeys(parts, float))


def _assert_parts(found: pd.DataFrame, days: pd.DataFrame, grain: str) -> None:
    """Sums of the days by period, and the ratio of the sums; a period without rows holds zeros."""
    expected = days.groupby(pd.PeriodIndex(days.index, freq=FREQUENCIES[grain]).start_time).sum()
    if not len(expected):
        assert (found["numerator"].fillna(0) == 0).all()
        return
    assert set(expected.index) <= set(found.index)
    expected = expected.reindex(found.index).fillna(0)
    np.testing.assert_allclose(found["numerator"], expected["num"], rtol=1e-12, atol=0.005)
    value = expected["num"]
    if "den" in expected:
        np.testing.assert_allclose(found["denominator"], expected["den"], rtol=1e-12, atol=0.005)
        value = (expected["num"] / expected["den"]).where(expected["den"] != 0)
    np.testing.assert_allclose(found["value"], value, rtol=1e-9, atol=0.005 if "den" not in expected else 1e-9)


def _expected(company: Given) -> dict[str, pd.DataFrame]:
    """Numerators and denominators by day, up to the last complete one."""
    delivery = _frame(company, "google_ads.campaigns_daily")
    rates = {row["date"]: row["rate"] for row in company["config.fx_rates"]}
    delivery["spend"] = [
        float(row["cost_amount"] * (rates[row["date"]] if row["currency"] == CURRENCIES["2"] else Decimal(1)))
        for row in company["google_ads.campaigns_daily"]
    ]
    web = _frame(company, "google_analytics.sessions_daily")
    orders, lines, refunds = _shop(company)
    revenue = pd.concat([lines[["day", "net"]], refunds[["day", "net"]]])
    return {
        "spend": _days(delivery, num="spend"),
        "clicks": _days(delivery, num="clicks"),
        "ctr": _days(delivery, num="clicks", den="impressions"),
        "cpc": _days(delivery, num="spend", den="clicks"),
        "web_sessions": _days(web, num="sessions"),
        "engagement_rate": _days(web, num="engaged_sessions", den="sessions"),
        "bounce_rate": _days(
            web.assign(bounces=web["sessions"] - web["engaged_sessions"]), num="bounces", den="sessions"
        ),
        "orders": _days(orders.assign(one=1), num="one"),
        "revenue_net": _days(revenue, num="net"),
        "aov": _days(pd.concat([lines.assign(one=0.0), orders.assign(one=1.0, net=0.0)]), num="net", den="one"),
    }


def _frame(company: Given, table: str) -> pd.DataFrame:
    rows = [{**DEFAULTS[table], **row} for row in company[table]]
    frame = pd.DataFrame(rows, columns=list(DEFAULTS[table]))
    return frame.assign(day=pd.to_datetime(frame["date"]))


def _days(frame: pd.DataFrame, **columns: str) -> pd.DataFrame:
    kept = frame[frame["day"] <= pd.Timestamp(LAST_DAY)]
    return pd.DataFrame({name: kept[column].astype(float) for name, column in columns.items()}).set_axis(kept["day"])


def _shop(company: Given) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Orders that count, their lines and what came back of them, each on its day in Stockholm, without VAT."""
    counted = {
        row["order_id"]: _local_day(row["created_at"])
        for row in company["shopify.orders"]
        if row["financial_status"] in PAID and not row["is_test"]
    }
    lines = [
        (counted[row["order_id"]], float(row["quantity"] * row["unit_price_amount"] - row["tax_amount"]))
        for row in company["shopify.order_lines"]
        if row["order_id"] in counted
    ]
    refunds = [
        (_local_day(row["refunded_at"]), -float(row["amount"] - row["tax_amount"]))
        for row in company["shopify.refund_lines"]
        if row["order_id"] in counted
    ]
    orders = pd.DataFrame({"day": pd.to_datetime(list(counted.values()))})
    return orders, _dated(lines), _dated(refunds)


def _dated(rows: list[tuple[pd.Timestamp, float]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["day", "net"])
    return frame.assign(day=pd.to_datetime(frame["day"]))


def _local_day(instant: str) -> pd.Timestamp:
    return pd.Timestamp(instant, tz="UTC").tz_convert("Europe/Stockholm").tz_localize(None).normalize()


@EACH
def test_segments_of_a_partition_add_up_to_the_total(examples: int) -> None:
    """Whatever the catalogue calls a partition, in every set of its."""
    with (SEEDS / "kpi_definitions.csv").open(encoding="utf-8") as file:
        kpis = [
            row["kpi_id"]
            for row in csv.DictReader(file)
            if row["is_partition"] == "1" and row["is_paid_only"] == "0" and "total" in row["segment_sets"].split()
        ]
    assert len(kpis) > 40

    def check(company: Given) -> None:
        values = Marts.of(company).all
        values = values[values["kpi_id"].isin(kpis)]
        period = ["kpi_id", "period_grain", "period_start"]
        total = values[values["segment_set"] == "total"].set_index(period)[["numerator", "denominator"]].astype(float)
        for segment_set, part in values[values["segment_set"] != "total"].groupby("segment_set"):
            summed = part.groupby(period)[["numerator", "denominator"]].sum().astype(float)
            expected = total.reindex(summed.index).fillna(0)
            np.testing.assert_allclose(summed, expected, rtol=1e-9, atol=1e-6, err_msg=str(segment_set))

    holds(check, examples, companies())


@EACH
def test_the_order_of_landed_rows_changes_nothing(examples: int) -> None:
    def check(company: Given, shuffler: random.Random) -> None:
        landing = planted_landing(company)
        shuffled = {
            owner: {name: _shuffled(rows, shuffler) for name, rows in found.items()} for owner, found in landing.items()
        }
        _assert_equal_values(Marts(shuffled).all, Marts(landing).all)

    holds(check, examples, companies(), st.randoms(use_true_random=False))


def _shuffled(rows: pa.Table, shuffler: random.Random) -> pa.Table:
    order = list(range(rows.num_rows))
    shuffler.shuffle(order)
    return rows.take(pa.array(order, pa.int64()))


def _assert_equal_values(found: pd.DataFrame, expected: pd.DataFrame) -> None:
    """All columns but the instant of the build."""
    left, right = (
        frame.drop(columns="loaded_at").sort_values([*KEY, "kpi_version"], ignore_index=True)
        for frame in (found, expected)
    )
    pd.testing.assert_frame_equal(left, right, rtol=1e-12, atol=1e-12)


@EACH
def test_loading_twice_or_in_other_pages_changes_nothing(examples: int) -> None:
    """Through dlt: the same rows in one page, and in small pages, twice, the second time with a day more to ask for."""

    def check(company: Given, page: int) -> None:
        rows = {name.partition(".")[2]: found for name, found in company.items() if name.startswith("google_ads.")}
        rates = planted_landing({"config.fx_rates": company["config.fx_rates"]})
        with TemporaryDirectory() as folder:
            once, often = (PlantedSource("google_ads", Path(folder) / name) for name in ("once", "often"))
            once.load(AS_OF, rows)
            assert often.load(AS_OF, rows, batch=page).is_changed
            assert not often.load(AS_OF, rows, batch=page + 1).is_changed
            found, expected = ({**rates, "google_ads": source.landed()} for source in (often, once))
        _assert_equal_values(Marts(found).all, Marts(expected).all)

    holds(check, 3 if examples == FEW else 40, ads(), st.integers(1, 5))
