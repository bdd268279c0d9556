"""Customers whose rates, chances to leave and amounts are drawn from known distributions."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from modelling.customer_values import Customers
from modelling.purchasing import Purchasing
from modelling.spending import Spending

BUYING = Purchasing(0.6, 80.0, 1.2, 2.5)
AMOUNTS = Spending(4.0, 5.0, 600.0)


@dataclass(frozen=True)
class Simulated:
    """What is known as of a day, who is active still, and what the days after it brought."""

    known: Customers
    is_active: np.ndarray
    purchases: np.ndarray
    value: np.ndarray


def simulated(count: int, seed: int, days: int = 730, horizon: int = 365) -> Simulated:
    """Customers won over `days` days, as of their end, and their next `horizon` days."""
    draw = np.random.default_rng(seed)
    rate = draw.gamma(BUYING.r, 1 / BUYING.alpha, count)
    leaving = draw.beta(BUYING.a, BUYING.b, count)
    mean_amount = AMOUNTS.p / draw.gamma(AMOUNTS.q, 1 / AMOUNTS.v, count)
    age = draw.uniform(1, days, count)
    at, is_active = np.zeros(count), draw.random(count) >= leaving
    was_active = is_active.copy()
    x, t_x, spent, purchases, value = (np.zeros(count) for _ in range(5))
    while is_active.any():
        at = np.where(is_active, at + draw.exponential(1 / np.maximum(rate, 1e-12)), np.inf)
        amount = draw.gamma(AMOUNTS.p, mean_amount / AMOUNTS.p)
        before, after = is_active & (at <= age), is_active & (at > age) & (at <= age + horizon)
        x, spent, t_x = x + before, spent + amount * before, np.where(before, at, t_x)
        purchases, value = purchases + after, value + amount * after
        stays = draw.random(count) >= leaving
        was_active &= stays | ~before
        is_active &= stays & (at <= age + horizon)
    segments = pa.table(
        {
            "channel": draw.choice(["email", "direct"], count),
            "country": draw.choice(["SE", "NO"], count, p=[0.9, 0.1]),
            "customer_type": ["b2c"] * count,
        }
    )
    mean_value = np.divide(spent, x, out=np.full(count, np.nan), where=x > 0)
    return Simulated(Customers(x, t_x, age, mean_value, segments), was_active, purchases, value)
