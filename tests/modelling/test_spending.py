"""Amounts: published figures, known parameters."""

import numpy as np
import pytest

from modelling.spending import Spending, fit_spending
from tests.modelling.customers import AMOUNTS, simulated


def test_the_published_customers_spend_what_is_published() -> None:
    """Fader and Hardie (2013), the CDNOW sample: 2 repeat days of 22.35 on average, 1 of 11.77, none."""
    published = Spending(6.25, 3.74, 15.44)
    found = published.mean(np.array([2.0, 1, 0]), np.array([22.35, 11.77, 0]))
    assert found == pytest.approx([24.66, 18.91, 35.2], rel=1e-3)


def test_parameters_that_are_known_are_found() -> None:
    known = simulated(30_000, 4).known
    _, fit = fit_spending(known.x[known.is_spender], known.mean_value[known.is_spender])
    truth = np.log([AMOUNTS.p, AMOUNTS.q - 2, AMOUNTS.v])
    errors = np.sqrt(np.diag(fit.covariance))
    assert (np.abs(fit.logs - truth) < 3 * errors).all()
    assert (errors < 0.15).all()


def test_squares_are_those_of_amounts_that_are_drawn() -> None:
    x, mean_value, count = 2.0, 200.0, 400_000
    draw = np.random.default_rng(6)
    rate = draw.gamma(AMOUNTS.q + AMOUNTS.p * x, 1 / (AMOUNTS.v + x * mean_value), count)
    amount = draw.gamma(AMOUNTS.p, 1 / rate)
    within, between = AMOUNTS.squares(np.array([x]), np.array([mean_value]))
    assert AMOUNTS.mean(np.array([x]), np.array([mean_value]))[0] == pytest.approx(amount.mean(), rel=0.01)
    assert between[0] == pytest.approx(((AMOUNTS.p / rate) ** 2).mean(), rel=0.01)
    assert within[0] + between[0] == pytest.approx((amount**2).mean(), rel=0.02)
