"""How often customers without a contract buy again, and whether they still do: the modified BG/NBD model.

While a customer is active, days with a purchase come at random at a rate of their own (gamma: shape r, rate alpha).
After each one, and here after the first one too, they may leave for good, with a chance of their own (beta: a, b). The
BG/NBD model (Fader, Hardie and Lee 2005) lets nobody leave before the second purchase, so that all who bought once
would count as active for ever; the modification is that of Batislam, Denizel and Filiztekin (2007).
`may_leave_at_once` tells which.

Days everywhere: x = days with a purchase after the first, t_x = age at the last of them, age = days since the first.
"""

from dataclasses import dataclass

import numpy as np
from scipy.linalg import eigh_tridiagonal
from scipy.special import digamma, gammaln

from modelling.fitting import Array, Fit, fit

NODES = 16


@dataclass(frozen=True)
class Histories:
    """Arrays of equal length; `count` customers share a history."""

    x: Array
    t_x: Array
    age: Array
    count: Array

    @classmethod
    def of(cls, x: Array, t_x: Array, age: Array) -> tuple["Histories", Array]:
        """Distinct histories, and which one each customer has: who bought once differs by age alone."""
        rows, place, count = np.unique(np.stack([x, t_x, age], axis=1), axis=0, return_inverse=True, return_counts=True)
        return cls(rows[:, 0], rows[:, 1], rows[:, 2], count.astype(float)), place.ravel()


@dataclass(frozen=True)
class Purchasing:
    """Parameters of the model; `alpha` in days."""

    r: float
    alpha: float
    a: float
    b: float
    may_leave_at_once: bool = True

    @classmethod
    def from_logs(cls, logs: Array, may_leave_at_once: bool = True) -> "Purchasing":
        r, alpha, a, b = (float(value) for value in np.exp(logs))
        return cls(r, alpha, a, b, may_leave_at_once)

    @property
    def _chances(self) -> int:
        """Occasions to leave beside those of repeat purchases."""
        return int(self.may_leave_at_once)

    def odds_of_having_left(self, of: Histories) -> Array:
        ratio = (self.r + of.x) * np.log((self.alpha + of.age) / (self.alpha + of.t_x))
        chances = of.x + self._chances
        # Without an occasion to leave nobody has: the divisor is of no account then.
        divisor = np.where(chances > 0, self.b + chances - 1, 1.0)
        return np.where(chances > 0, self.a / divisor * np.exp(np.minimum(ratio, 700)), 0.0)

    def p_alive(self, of: Histories) -> Array:
        """Probability that a customer has not left."""
        return 1 / (1 + self.odds_of_having_left(of))

    def purchases(self, of: Histories, days: float) -> tuple[Array, Array]:
        """Mean and mean square of the number of days with a purchase in the next `days`.

        Given rate and chance p to leave, the number is the smaller of a Poisson and a geometric one. The rate is
        integrated in closed form, p by Gauss quadrature for its beta distribution.
        """
        mean, square = np.empty(len(of.x)), np.empty(len(of.x))
        for x in np.unique(of.x):
            rows = np.flatnonzero(of.x == x)
            p, weight = _beta_nodes(self.a, self.b + x + self._chances)
            shape, rate = self.r + x, (self.alpha + of.age[rows])[:, None]
            share = np.log1p(days * p / rate)
            gone = -np.expm1(-shape * share)  # the chance to leave within these days
            last = days * p * shape / rate * np.exp(-(shape + 1) * share)
            number = gone / p
            mean[rows] = np.sum(number * weight, axis=1)
            square[rows] = np.sum((2 * (gone - (1 - p) * last) / p**2 - number) * weight, axis=1)
        alive = self.p_alive(of)
        return alive * mean, alive * square


def fit_purchasing(of: Histories, may_leave_at_once: bool = True) -> tuple[Purchasing, Fit]:
    """The likeliest parameters. Raises NotFittedError."""
    values, place = np.unique(of.x, return_inverse=True)
    chances = values + int(may_leave_at_once)

    def loss(logs: Array) -> tuple[float, Array]:
        r, alpha, a, b = np.exp(logs)
        odds = Purchasing(r, alpha, a, b, may_leave_at_once).odds_of_having_left(of)
        left = odds / (1 + odds)
        whole, last = np.log(alpha + of.age), np.log(alpha + of.t_x)
        by_x = gammaln(r + values) - gammaln(r) + gammaln(a + b) - gammaln(a + b + chances)
        by_x += gammaln(b + chances) - gammaln(b)
        likelihood = by_x[place] + r * np.log(alpha) - (r + of.x) * whole + np.log1p(odds)
        in_all = digamma(a + b) - digamma(a + b + chances)
        divisor = np.where(chances > 0, b + chances - 1, 1.0)
        slopes = [
            (digamma(r + values) - digamma(r))[place] + np.log(alpha) - whole + left * (whole - last),
            r / alpha - (r + of.x) * ((1 - left) / (alpha + of.age) + left / (alpha + of.t_x)),
            in_all[place] + left / a,
            (in_all + digamma(b + chances) - digamma(b))[place] - left / divisor[place],
        ]
        # Sums, not dot products: the threads of a linear algebra library cost more than they save here.
        slope = np.array([np.sum(of.count * values) for values in slopes]) * np.exp(logs)
        return -float(np.sum(of.count * likelihood)), -slope

    start = np.log([0.5, max(float(np.average(of.age, weights=of.count)) / 4, 1.0), 1.0, 2.0])
    found = fit("the model of repeat purchases", loss, start)
    return Purchasing.from_logs(found.logs, may_leave_at_once), found


def _beta_nodes(a: float, b: float) -> tuple[Array, Array]:
    """Nodes and weights of Gauss quadrature for the beta distribution (Golub and Welsch 1969)."""
    k = np.arange(NODES)
    n = k[1:]
    double = 2 * k + a + b - 2
    with np.errstate(divide="ignore", invalid="ignore"):  # the first ones have forms of their own
        diagonal = (a - b) * (a + b - 2) / (double * (double + 2))
        beside = 4 * n * (n + b - 1) * (n + a - 1) * (n + a + b - 2)
        beside = beside / (double[1:] ** 2 * (double[1:] + 1) * (double[1:] - 1))
    diagonal[0] = (a - b) / (a + b)
    beside[0] = 4 * a * b / ((a + b) ** 2 * (a + b + 1))
    nodes, vectors = eigh_tridiagonal(diagonal, np.sqrt(beside))
    return (1 + nodes) / 2, vectors[0] ** 2
