"""Which months are predicted, from what, and what stays of it."""

from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from connectors.common.models import PREDICTED_VALUES, PREDICTION_FITS
from connectors.config import read_company
from orchestration.fitting import models
from orchestration.fitting.models import fit_models
from orchestration.fitting.predictions import MONTHS_A_RUN, predictions
from orchestration.home import CONFIG_START, Home
from orchestration.init import MODELS, ensure_landing
from orchestration.run import Run

FIRST, UNTIL = date(2024, 1, 1), date(2025, 6, 10)
NEXT_DAY, TODAY = UNTIL + timedelta(days=1), UNTIL + timedelta(days=2)
NEWEST = [date(2025, 5, 31), date(2025, 4, 30)]


def orders(people: int = 3_000, seed: int = 1) -> pd.DataFrame:
    """Orders of people who come one after the other and stay for some orders, at a pace of their own."""
    draw = np.random.default_rng(seed)
    count = draw.geometric(draw.beta(1.5, 2, people))
    person = np.repeat(np.arange(people), count)
    gap = draw.exponential(draw.gamma(2, 30, people)[person])
    gap[np.unique(person, return_index=True)[1]] = 0
    start = np.repeat(draw.uniform(0, (UNTIL - FIRST).days, people), count)
    day = start + pd.Series(gap).groupby(person).cumsum().to_numpy()
    found = pd.DataFrame({"person_id": [f"customer:{n}" for n in person], "day": day.astype(int)})
    found["order_date"] = [FIRST + timedelta(days=int(n)) for n in found["day"]]
    found["gross_reporting"] = draw.gamma(3, 100, len(found)).round(2) + 1
    found["discount_reporting"] = 1.0
    found["is_purchase"] = draw.random(len(found)) < 0.95
    found["order_id"] = [f"o{n}" for n in range(len(found))]
    return found[found["order_date"] <= UNTIL].drop(columns="day")


def publish(home: Home, rows: pd.DataFrame, until: date = UNTIL) -> None:
    """Marts with what predictions read of them; every tenth order was given back the day after."""
    refunds = rows[rows["order_id"].str.endswith("7")]
    refunds = refunds.assign(
        refund_date=[day + timedelta(days=1) for day in refunds["order_date"]],
        refund_reporting=refunds["gross_reporting"] - refunds["discount_reporting"],
    )
    people = rows.drop_duplicates("person_id").assign(
        first_order_channel="email", first_order_country="SE", first_order_customer_type="b2c"
    )
    home.marts.parent.mkdir(parents=True, exist_ok=True)
    home.marts.unlink(missing_ok=True)
    with duckdb.connect(str(home.marts)) as connection:
        for name, frame in (("orders", rows), ("refunds", refunds), ("people", people)):
            connection.register(name, frame)
        money = "cast({0} as decimal(38, 12)) as {0}"
        amounts = ", ".join(money.format(name) for name in ("gross_reporting", "discount_reporting"))
        connection.execute(
            f"create table fct_orders as select order_id, person_id, order_date, is_purchase, {amounts} from orders"
        )
        connection.execute("create table fct_refunds as select order_id, refund_date, refund_reporting from refunds")
        connection.execute(
            "create table dim_customer as select person_id, first_order_channel, first_order_country, "
            "first_order_customer_type from people"
        )
        connection.execute(f"create table publish_info as select date '{until}' as data_until")


@pytest.fixture(scope="module")
def placed() -> pd.DataFrame:
    return orders()


@pytest.fixture
def home(tmp_path: Path, placed: pd.DataFrame) -> Home:
    found = Home(tmp_path)
    found.make()
    ensure_landing(found, MODELS)
    publish(found, placed)
    return found


def told(home: Home, done: Collection[date] = ()) -> tuple[pa.Table, pa.Table]:
    found = predictions(home.marts, NEXT_DAY, TODAY, done)
    assert found is not None
    return found


def test_the_newest_closed_months_come_first_and_the_others_in_later_runs(home: Home) -> None:
    cells, fits = told(home)
    assert fits["as_of_date"].to_pylist() == NEWEST
    assert len(NEWEST) == MONTHS_A_RUN
    assert set(cells["as_of_date"].to_pylist()) == set(NEWEST)
    assert fits["refusal"].to_pylist() == [""] * 2
    assert fits["customers"].to_pylist() == sorted(fits["customers"].to_pylist(), reverse=True)
    _, older = told(home, set(NEWEST))
    assert older["as_of_date"].to_pylist() == [date(2025, 3, 31), date(2025, 2, 28)]
    all_months = {date(2024, month, 1) - timedelta(days=1) for month in range(2, 13)} | {date(2024, 12, 31)}
    done = all_months | {date(2025, month, 1) - timedelta(days=1) for month in range(2, 7)}
    assert predictions(home.marts, NEXT_DAY, TODAY, done) is None


def test_marts_of_the_same_day_and_none_at_all_predict_nothing(home: Home) -> None:
    assert predictions(home.marts, UNTIL, TODAY, ()) is None
    assert predictions(home.root / "none.duckdb", NEXT_DAY, TODAY, ()) is None


def test_marts_that_are_damaged_leave_the_months_waiting(home: Home) -> None:
    home.marts.write_bytes(b"no database")
    assert predictions(home.marts, NEXT_DAY, TODAY, ()) is None


def test_a_month_knows_nothing_of_later_orders(home: Home, placed: pd.DataFrame) -> None:
    cells, fits = told(home)
    april = NEWEST[1]
    publish(home, placed[placed["order_date"] <= april], april)
    cut_cells, cut_fits = told(home)
    assert cut_fits["as_of_date"][0].as_py() == april
    whole, cut = (rows.to_pandas() for rows in (cells, cut_cells))
    whole, cut = (rows[rows["as_of_date"] == april].reset_index(drop=True) for rows in (whole, cut))
    pd.testing.assert_frame_equal(whole, cut, check_exact=True)
    assert len(whole) == 1
    assert fits.slice(1, 1).equals(cut_fits.slice(0, 1))


def test_what_refunds_left_is_that_of_the_year(home: Home, placed: pd.DataFrame) -> None:
    _, fits = told(home)
    year = placed[placed["is_purchase"] & (placed["order_date"] <= NEWEST[0])]
    year = year[year["order_date"] > NEWEST[0] - timedelta(days=365)]
    value = year["gross_reporting"] - year["discount_reporting"]
    back = year["order_id"].str.endswith("7") & (year["order_date"] < NEWEST[0])
    assert fits["kept_share"][0].as_py() == pytest.approx(1 - value[back].sum() / value.sum(), rel=1e-9)
    assert 0.85 < fits["kept_share"][0].as_py() < 0.95


def test_a_young_company_is_told_why_there_is_nothing(home: Home, placed: pd.DataFrame) -> None:
    late = placed[placed["order_date"] >= date(2024, 9, 1)]
    publish(home, late)
    cells, fits = told(home)
    assert len(cells) == 0
    assert fits["refusal"].to_pylist()[0] == f"{(NEWEST[0] - date(2024, 9, 1)).days} days of orders: 365 are needed"


def test_what_was_told_stays_and_a_second_run_of_the_day_finds_nothing(home: Home, placed: pd.DataFrame) -> None:
    as_of = datetime(TODAY.year, TODAY.month, TODAY.day, 5, 30, tzinfo=UTC)
    run = Run("a", home, as_of, read_company(CONFIG_START), None, None, False)
    assert fit_models(run) == [PREDICTED_VALUES, PREDICTION_FITS]
    first = landed(home)
    assert first["as_of_date"].nunique() == 2
    publish(home, placed, NEXT_DAY)
    assert fit_models(run) == []
    # The next day, with orders that are known otherwise now: the older months come, those that were told stay.
    publish(home, placed.assign(gross_reporting=placed["gross_reporting"] * 2), NEXT_DAY)
    assert fit_models(replace(run, id="b", as_of=as_of + timedelta(days=1))) == [PREDICTED_VALUES, PREDICTION_FITS]
    both = landed(home)
    assert both["as_of_date"].nunique() == 4
    kept = both[both["as_of_date"].isin(first["as_of_date"])].reset_index(drop=True)
    pd.testing.assert_frame_equal(kept, first)
    assert not both.duplicated(list(PREDICTED_VALUES.primary_key)).any()


def test_two_runs_at_once_tell_a_month_once(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both looked before either had written."""
    monkeypatch.setattr(models, "_known", lambda target: (TODAY, set()))
    as_of = datetime(TODAY.year, TODAY.month, TODAY.day, 5, 30, tzinfo=UTC)
    for name in ("a", "b"):
        fit_models(Run(name, home, as_of, read_company(CONFIG_START), None, None, False))
    rows = landed(home)
    assert len(rows) == 2
    assert not rows.duplicated(list(PREDICTED_VALUES.primary_key)).any()


def landed(home: Home) -> pd.DataFrame:
    with duckdb.connect(str(home.landing(MODELS.name)), read_only=True) as connection:
        return connection.sql("select * from raw_models.predicted_values order by all").df()
