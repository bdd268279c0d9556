"""Repeat purchases: published figures, closed forms, known parameters."""

import numpy as np
import pytest
from scipy.special import hyp2f1

from modelling.fitting import Array
from modelling.purchasing import Histories, Purchasing, fit_purchasing
from tests.modelling.customers import BUYING, simulated

# Fader, Hardie and Lee (2005), the CDNOW sample, in weeks.
PUBLISHED = Purchasing(0.243, 4.414, 0.793, 2.426, may_leave_at_once=False)


def one(x: float, t_x: float, age: float) -> Histories:
    return Histories(*(np.array([value], float) for value in (x, t_x, age, 1)))


def closed_form(model: Purchasing, of: Histories, days: float) -> Array:
    """The published expectation, which needs a hypergeometric function, for x > 0 or with one more chance to leave."""
    b, shape, a = model.b + model.may_leave_at_once + of.x, model.r + of.x, model.a
    whole = model.alpha + of.age + days
    gone = ((model.alpha + of.age) / whole) ** shape * hyp2f1(shape, b, a + b - 1, days / whole)
    return model.p_alive(of) * (a + b - 1) / (a - 1) * (1 - gone)


def test_the_published_customer_buys_as_often_as_published() -> None:
    """Two repeat purchases, the last in week 30.43 of 38.86: 1.226 in the next 39 weeks."""
    mean, _ = PUBLISHED.purchases(one(2, 30.43, 38.86), 39)
    assert mean[0] == pytest.approx(1.226, abs=0.0005)


def test_who_bought_once_is_active_for_ever_without_the_modification() -> None:
    once = one(0, 0, 900)
    assert PUBLISHED.p_alive(once)[0] == 1
    assert BUYING.p_alive(once)[0] < BUYING.p_alive(one(0, 0, 90))[0] < 0.7
    assert BUYING.p_alive(one(5, 890, 900))[0] > BUYING.p_alive(one(5, 300, 900))[0]


@pytest.mark.parametrize("model", [PUBLISHED, BUYING, Purchasing(0.4, 200.0, 6.3, 9.8), Purchasing(2, 30, 40, 300)])
def test_the_mean_is_that_of_the_closed_form(model: Purchasing) -> None:
    x, share = np.repeat([1.0, 2, 7, 40], 3), np.tile([0.1, 0.6, 1.0], 4)
    of = Histories(x, 300 * share, np.full(12, 300.0), np.ones(12))
    assert model.purchases(of, 365)[0] == pytest.approx(closed_form(model, of, 365), rel=1e-8)


def test_mean_and_mean_square_are_those_of_customers_who_are_drawn() -> None:
    x, age, days, count = 3, 200.0, 365.0, 400_000
    of = one(x, 150, age)
    draw = np.random.default_rng(5)
    rate = draw.gamma(BUYING.r + x, 1 / (BUYING.alpha + age), count)
    last = draw.geometric(draw.beta(BUYING.a, BUYING.b + x + 1, count))
    number = np.minimum(draw.poisson(rate * days), last) * (draw.random(count) < BUYING.p_alive(of)[0])
    mean, square = BUYING.purchases(of, days)
    assert mean[0] == pytest.approx(number.mean(), rel=0.01)
    assert square[0] == pytest.approx((number.astype(float) ** 2).mean(), rel=0.02)


@pytest.mark.parametrize("seed", [1, 2])
def test_parameters_that_are_known_are_found(seed: int) -> None:
    """Each within three of its own standard errors, and these are small."""
    known = simulated(20_000, seed).known
    histories, place = Histories.of(known.x, known.t_x, known.age)
    assert (histories.x[place] == known.x).all()
    found, fit = fit_purchasing(histories)
    errors = np.sqrt(np.diag(fit.covariance))
    truth = np.log([BUYING.r, BUYING.alpha, BUYING.a, BUYING.b])
    assert (np.abs(fit.logs - truth) < 3 * errors).all(), found
    assert (errors < [0.1, 0.1, 0.2, 0.3]).all()


def test_a_fit_is_the_same_every_time() -> None:
    known = simulated(3_000, 3).known
    histories, _ = Histories.of(known.x, known.t_x, known.age)
    assert fit_purchasing(histories)[0] == fit_purchasing(histories)[0]


def test_customers_who_are_all_alike_are_fitted_too() -> None:
    """Nobody differs in the chance to leave, so no parameters of its spread are likelier than larger ones."""
    draw = np.random.default_rng(8)
    count, leaving = 20_000, 0.4
    age, rate = draw.uniform(1, 730, count), draw.gamma(0.6, 1 / 80, count)
    last = draw.geometric(leaving, count) - 1
    at = np.cumsum(draw.exponential(1 / np.maximum(rate, 1e-12), (60, count)), axis=0)
    is_known = (at <= age) & (np.arange(60)[:, None] < last)
    histories, _ = Histories.of(is_known.sum(axis=0), (at * is_known).max(axis=0), age)
    found, fit = fit_purchasing(histories)
    assert found.a / (found.a + found.b) == pytest.approx(leaving, abs=0.03)
    assert (np.sqrt(np.diag(fit.covariance)) < 3.0).all()
