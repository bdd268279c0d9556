"""Predictions by segment: what came of them, what they are worth, and when there are none."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from modelling.customer_values import MIN_REPEAT_BUYERS, SEGMENT, SUMS, UNKNOWN_BEFORE_DAYS, Customers, predict
from modelling.fitting import shared_error
from modelling.purchasing import Histories, fit_purchasing
from tests.modelling.customers import Simulated, simulated

DAYS = 730


@pytest.fixture(scope="module")
def shop() -> Simulated:
    return simulated(20_000, 7)


def test_each_tenth_of_the_customers_buys_as_often_as_expected(shop: Simulated) -> None:
    """Tenths by expectation, over the year that the fit has not seen."""
    histories, place = Histories.of(shop.known.x, shop.known.t_x, shop.known.age)
    model, _ = fit_purchasing(histories)
    expected, square = (found[place] for found in model.purchases(histories, 365))
    alive = model.p_alive(histories)[place]
    order = np.argsort(expected, kind="stable")
    for tenth in np.array_split(order, 10):
        chance = np.sqrt(np.sum(square[tenth] - expected[tenth] ** 2))
        assert shop.purchases[tenth].sum() == pytest.approx(expected[tenth].sum(), abs=4 * chance)
        assert shop.is_active[tenth].mean() == pytest.approx(alive[tenth].mean(), abs=0.05)
    assert expected[order[-2_000:]].mean() > 10 * expected[order[:2_000]].mean()


def test_intervals_hold_what_came() -> None:
    """The 95 % interval, of 25 shops, for the value and for the people who are active still."""
    held = []
    for seed in range(25):
        one = simulated(4_000, 100 + seed)
        found = predict(one.known, DAYS, 1.0)
        assert found.refusal == ""
        sums = {name: np.sum(found.cells[name].to_numpy()) for name in SUMS}
        for came, name, kind in ((one.value, "value", "value"), (one.is_active, "p_alive", "alive")):
            half = 1.96 * np.sqrt(sums[f"{kind}_variance"] + sums[f"{kind}_error"] ** 2)
            held.append(abs(came.sum() - sums[name]) <= half)
    assert 0.85 <= np.mean(held) <= 1


def test_variances_are_those_of_what_came(shop: Simulated) -> None:
    """Each customer a segment: what they are off by, squared, is the variance on average."""
    names = [f"{number:05}" for number in range(20_000)]
    alone = replace(shop.known, segments=shop.known.segments.set_column(0, "channel", pa.array(names)))
    cells = predict(alone, DAYS, 1.0).cells
    assert cells["channel"].to_pylist() == names
    for came, name, kind in ((shop.value, "value", "value"), (shop.is_active, "p_alive", "alive")):
        squares = (came - cells[name].to_numpy()) ** 2
        assert np.mean(squares) == pytest.approx(np.mean(cells[f"{kind}_variance"].to_numpy()), rel=0.1)


def test_segments_add_up_and_come_in_order(shop: Simulated) -> None:
    whole = predict(shop.known, DAYS, 1.0)
    assert whole.cells["customers"].to_pylist()
    assert sum(whole.cells["customers"].to_pylist()) == 20_000
    keys = list(zip(*(whole.cells[name].to_pylist() for name in SEGMENT), strict=True))
    assert keys == sorted(set(keys))
    assert len(keys) == 4
    one = replace(shop.known, segments=pa.table({name: ["all"] * 20_000 for name in SEGMENT}))
    total = predict(one, DAYS, 1.0).cells
    for name in SUMS:
        assert np.sum(whole.cells[name].to_numpy()) == pytest.approx(total[name][0].as_py(), rel=1e-9)


def test_refunds_take_their_share_of_the_value(shop: Simulated) -> None:
    whole, kept = (predict(shop.known, DAYS, share).cells for share in (1.0, 0.9))
    assert kept["value"].to_numpy() == pytest.approx(0.9 * whole["value"].to_numpy())
    assert kept["value_error"].to_numpy() == pytest.approx(0.9 * whole["value_error"].to_numpy())
    assert kept["value_variance"].to_numpy() == pytest.approx(0.81 * whole["value_variance"].to_numpy())
    assert kept["p_alive"].equals(whole["p_alive"])


def test_who_bought_before_orders_were_known_does_not_make_new_customers_keener(shop: Simulated) -> None:
    """Old customers all buy again soon after the first order that is known."""
    old = shop.known.age > DAYS - UNKNOWN_BEFORE_DAYS
    keen = replace(
        shop.known, x=np.where(old, 9, shop.known.x), t_x=np.where(old, 0.9 * shop.known.age, shop.known.t_x)
    )
    assert predict(keen, DAYS, 1.0).parameters["r"] == predict(shop.known, DAYS, 1.0).parameters["r"]
    assert sum(predict(keen, DAYS, 1.0).cells["customers"].to_pylist()) == 20_000


def test_too_little_history_predicts_nothing(shop: Simulated) -> None:
    young = predict(shop.known, 364, 1.0)
    assert young.refusal == "364 days of orders: 365 are needed"
    assert len(young.cells) == 0
    assert young.cells.column_names == [*SEGMENT, "customers", *SUMS]
    fitted = (shop.known.x > 0) & (shop.known.age <= DAYS - UNKNOWN_BEFORE_DAYS)
    few = predict(_some(shop, np.cumsum(fitted) < MIN_REPEAT_BUYERS), DAYS, 1.0)
    assert few.refusal == "499 customers who bought again: 500 are needed"
    assert len(few.cells) == 0
    assert predict(_some(shop, np.cumsum(fitted) <= MIN_REPEAT_BUYERS), DAYS, 1.0).refusal == ""


def test_amounts_that_go_with_frequency_have_no_value(shop: Simulated) -> None:
    dear = replace(shop.known, mean_value=shop.known.mean_value * shop.known.x)
    found = predict(dear, DAYS, 1.0)
    assert found.value_correlation is not None
    assert found.value_correlation > 0.3
    assert "rank correlation" in found.refusal
    assert found.cells["value"].null_count == len(found.cells) > 0
    assert found.cells["p_alive"].null_count == 0
    assert set(found.parameters) == {"r", "alpha", "a", "b"}


def test_the_shared_error_adds_up_to_that_of_the_sum() -> None:
    gradient, covariance = np.array([[1.0, 0], [2, 1], [0, -1]]), np.array([[0.5, 0.1], [0.1, 0.3]])
    of_sum = np.array([3.0, 0])
    assert shared_error(gradient, covariance).sum() == pytest.approx(np.sqrt(of_sum @ covariance @ of_sum))
    assert (shared_error(np.zeros((2, 2)), covariance) == 0).all()


def _some(shop: Simulated, chosen: np.ndarray) -> Customers:
    known = shop.known
    x, t_x, age, mean_value = (part[chosen] for part in (known.x, known.t_x, known.age, known.mean_value))
    return Customers(x, t_x, age, mean_value, known.segments.filter(pa.array(chosen)))
