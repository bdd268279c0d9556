"""What a customer spends on a day with a purchase: the gamma-gamma model (Fader and Hardie 2013).

What one customer spends varies (gamma: shape p, a rate of their own), and the rates vary between customers (gamma:
shape q, rate v). Fitted to customers who bought again, by the mean of their x repeat days; amounts are above 0, and
must not depend on how often somebody buys. q is above 2: with less the amounts have no variance, and a sum no interval.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import digamma, gammaln

from modelling.fitting import Array, Fit, fit

LEAST_Q = 2.0


@dataclass(frozen=True)
class Spending:
    """Parameters of the model; `v` in money."""

    p: float
    q: float
    v: float

    @classmethod
    def from_logs(cls, logs: Array) -> "Spending":
        p, above, v = (float(value) for value in np.exp(logs))
        return cls(p, LEAST_Q + above, v)

    def mean(self, x: Array, mean_value: Array) -> Array:
        """Expected amount of a purchase day, of who spent `mean_value` on average on x days (0: nothing is known)."""
        return self.p * (self.v + x * mean_value) / (self.p * x + self.q - 1)

    def squares(self, x: Array, mean_value: Array) -> tuple[Array, Array]:
        """Expected square of an amount's own variation, and of the customer's mean amount."""
        shape, rate = self.p * x + self.q, self.v + x * mean_value
        inverse = rate**2 / ((shape - 1) * (shape - 2))
        return self.p * inverse, self.p**2 * inverse


def fit_spending(x: Array, mean_value: Array) -> tuple[Spending, Fit]:
    """The likeliest parameters, of customers with x > 0 and mean_value > 0. Raises NotFittedError."""
    usual = float(np.mean(mean_value))
    value = mean_value / usual

    def loss(logs: Array) -> tuple[float, Array]:
        parameters = Spending.from_logs(logs)
        p, q, v = parameters.p, parameters.q, parameters.v
        px, rate = p * x, np.log(v + x * value)
        likelihood = gammaln(px + q) - gammaln(px) - gammaln(q) + q * np.log(v)
        likelihood += (px - 1) * np.log(value) + px * np.log(x) - (px + q) * rate
        slopes = [
            np.sum(x * (digamma(px + q) - digamma(px) + np.log(value) + np.log(x) - rate)) * p,
            np.sum(digamma(px + q) - digamma(q) + np.log(v) - rate) * (q - LEAST_Q),
            np.sum(q / v - (px + q) / (v + x * value)) * v,
        ]
        return -float(np.sum(likelihood)), -np.array(slopes)

    found = fit("the model of amounts", loss, np.log([2.0, 1.5, 1.5]))
    logs = found.logs + np.log([1.0, 1.0, usual])
    return Spending.from_logs(logs), Fit(logs, found.covariance)
