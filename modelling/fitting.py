"""Maximum likelihood of positive parameters: the fit, how sure it is, and what that means for what is predicted.

Where customers are all alike in something, the likelihood has no maximum: two parameters grow for ever and nothing
changes. A weak prior ends that, of no account where the data say anything: each logarithm lies about that of the start,
give or take `PRIOR`.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

Array = np.ndarray
# Of a step in the logarithm of a parameter, for derivatives by central differences.
STEP = 1e-4
# A factor of 20 to either side, and of 400 for one in twenty.
PRIOR = 3.0


class NotFittedError(Exception):
    """The likelihood has no maximum that the parameters could stand at; the text says what was fitted."""


@dataclass(frozen=True)
class Fit:
    """Logarithms of the parameters, and the covariance of their errors (inverse of the observed information)."""

    logs: Array
    covariance: Array


def fit(what: str, loss: Callable[[Array], tuple[float, Array]], start: Array) -> Fit:
    """Where `loss` (minus the log likelihood and its gradient, by the parameters' logarithms) is smallest.

    Deterministic. Raises NotFittedError.
    """

    def with_prior(logs: Array) -> tuple[float, Array]:
        value, slope = loss(logs)
        off = (logs - start) / PRIOR
        return value + float(np.sum(off**2)) / 2, slope + off / PRIOR

    found = minimize(with_prior, start, jac=True, method="L-BFGS-B")
    information = derivative(lambda logs: with_prior(logs)[1], found.x)
    information = (information + information.T) / 2
    if not np.isfinite(information).all() or not (np.linalg.eigvalsh(information) > 0).all():
        raise NotFittedError(f"{what} does not fit these customers")
    return Fit(found.x, np.linalg.inv(information))


def derivative(function: Callable[[Array], Array], at: Array) -> Array:
    """Shape (values, parameters)."""
    steps = np.eye(len(at)) * STEP
    return np.stack([(function(at + step) - function(at - step)) / (2 * STEP) for step in steps], axis=1)


def shared_error(gradient: Array, covariance: Array) -> Array:
    """Per row of `gradient`: by how much it moves when the parameters err by what moves the sum by one standard error.

    Their sum is the standard error of the sum (delta method), and the sum over some rows is the part of these rows'
    error that is the sum's too.
    """
    of_sum = gradient.sum(axis=0)
    variance = float(of_sum @ covariance @ of_sum)
    step = covariance @ of_sum / np.sqrt(variance) if variance > 0 else np.zeros(len(of_sum))
    return np.sum(gradient * step, axis=1)
