"""Who is still a customer, and what customers will bring in the next year: purchases × amounts, as of a day.

What a segment holds are sums over its customers, so segments add up. The error of a sum has two parts: `variance` of
what chance will do, given the parameters (customers are independent of each other: it adds up), and `error` of the
parameters (delta method on the likelihood's curvature; all customers share them: it adds up before it is squared).
"""

from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from modelling.fitting import Array, Fit, NotFittedError, derivative, shared_error
from modelling.purchasing import Histories, Purchasing, fit_purchasing
from modelling.spending import Spending, fit_spending

MODEL = "mbg_nbd gamma_gamma 1"
HORIZON_DAYS = 365
# The realised values that a prediction stands beside are not discounted, and within a year it would change little.
DISCOUNT_RATE = 0.0
# With fewer, or less than a year, the parameters are guesses.
MIN_REPEAT_BUYERS = 500
MIN_DAYS = 365
# Who comes first when orders begin to be known is mostly an old customer whose earlier ones are not, who buys again
# more often: the fit leaves them out, the prediction does not.
UNKNOWN_BEFORE_DAYS = 90
# Rank correlation of how often with how much, from which an amount cannot be told without the other.
MAX_CORRELATION = 0.3
SEGMENT = ("channel", "country", "customer_type")
SUMS = ("p_alive", "alive_variance", "alive_error", "purchases", "value", "value_variance", "value_error")


@dataclass(frozen=True)
class Customers:
    """Arrays of equal length: histories in days, mean amount of repeat days (nan where there is none), segments."""

    x: Array
    t_x: Array
    age: Array
    mean_value: Array
    segments: pa.Table

    @property
    def is_spender(self) -> Array:
        return (self.x > 0) & (np.nan_to_num(self.mean_value) > 0)


@dataclass(frozen=True)
class Predicted:
    """`cells`: a row per segment: its columns, `customers`, and `SUMS` (those of the value null where it was refused).

    `repeat_buyers`: of those who were fitted. `parameters` by name. `refusal`: why there is nothing, or no value; empty
    if there is all.
    """

    cells: pa.Table
    repeat_buyers: int
    refusal: str = ""
    value_correlation: float | None = None
    parameters: dict[str, float] = field(default_factory=dict)


def predict(of: Customers, days_of_data: int, kept_share: float) -> Predicted:
    """Predictions for the customers, of `days_of_data` days of orders. `kept_share`: of revenue that refunds leave."""
    is_new = of.age <= days_of_data - UNKNOWN_BEFORE_DAYS
    repeat_buyers = int(np.sum(is_new & (of.x > 0)))
    if days_of_data < MIN_DAYS:
        return Predicted(_none(of), repeat_buyers, f"{days_of_data} days of orders: {MIN_DAYS} are needed")
    if repeat_buyers < MIN_REPEAT_BUYERS:
        return Predicted(
            _none(of), repeat_buyers, f"{repeat_buyers} customers who bought again: {MIN_REPEAT_BUYERS} are needed"
        )
    histories, place = Histories.of(of.x, of.t_x, of.age)
    try:
        buying, sure = fit_purchasing(Histories.of(of.x[is_new], of.t_x[is_new], of.age[is_new])[0])
    except NotFittedError as error:
        return Predicted(_none(of), repeat_buyers, str(error))
    columns = _alive(histories, place, buying, sure)
    parameters = {name: float(getattr(buying, name)) for name in ("r", "alpha", "a", "b")}
    correlation = _rank_correlation(of.x[of.is_spender], of.mean_value[of.is_spender])
    refusal = ""
    try:
        if not abs(correlation) <= MAX_CORRELATION:
            raise NotFittedError(
                f"amounts go with how often customers buy (rank correlation {correlation:.2f}): no value is told"
            )
        spending, sure_of = fit_spending(of.x[of.is_spender], of.mean_value[of.is_spender])
        columns |= _values(of, histories, place, (sure, sure_of), kept_share)
        parameters |= {name: float(getattr(spending, name)) for name in ("p", "q", "v")}
    except NotFittedError as error:
        refusal = str(error)
    return Predicted(_summed(of.segments, columns), repeat_buyers, refusal, correlation, parameters)


def _alive(histories: Histories, place: Array, buying: Purchasing, sure: Fit) -> dict[str, Array]:
    alive = buying.p_alive(histories)[place]
    gradient = derivative(lambda logs: Purchasing.from_logs(logs).p_alive(histories), sure.logs)[place]
    return {
        "p_alive": alive,
        "alive_variance": alive * (1 - alive),
        "alive_error": shared_error(gradient, sure.covariance),
        "purchases": buying.purchases(histories, HORIZON_DAYS)[0][place],
    }


def _values(
    of: Customers, histories: Histories, place: Array, fits: tuple[Fit, Fit], kept_share: float
) -> dict[str, Array]:
    """The value is purchases × amount × kept share; its variance that of a sum of as many amounts as purchases."""
    x, mean_value = np.where(of.is_spender, of.x, 0), np.where(of.is_spender, of.mean_value, 0)
    split = len(fits[0].logs)

    def number(logs: Array) -> Array:
        return Purchasing.from_logs(logs).purchases(histories, HORIZON_DAYS)[0][place]

    def amount(logs: Array) -> Array:
        return Spending.from_logs(logs).mean(x, mean_value)

    buying, spending = Purchasing.from_logs(fits[0].logs), Spending.from_logs(fits[1].logs)
    purchases, square = (found[place] for found in buying.purchases(histories, HORIZON_DAYS))
    amounts = spending.mean(x, mean_value)
    value = kept_share * purchases * amounts
    within, between = spending.squares(x, mean_value)
    gradient = kept_share * np.concatenate(
        [
            derivative(number, fits[0].logs) * amounts[:, None],
            derivative(amount, fits[1].logs) * purchases[:, None],
        ],
        axis=1,
    )
    covariance = np.zeros((gradient.shape[1], gradient.shape[1]))
    covariance[:split, :split], covariance[split:, split:] = (one.covariance for one in fits)
    return {
        "value": value,
        "value_variance": np.maximum(kept_share**2 * (purchases * within + square * between) - value**2, 0),
        "value_error": shared_error(gradient, covariance),
    }


def _rank_correlation(x: Array, y: Array) -> float:
    """Spearman's; nan where one of them does not vary."""

    def ranks(values: Array) -> Array:
        _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
        return (np.cumsum(counts) - (counts - 1) / 2)[place]

    with np.errstate(invalid="ignore"):
        return float(np.corrcoef(ranks(x), ranks(y))[0, 1])


def _summed(segments: pa.Table, columns: dict[str, Array]) -> pa.Table:
    given = segments.append_column("customers", pa.array(np.ones(len(segments), np.int64)))
    for name in SUMS:
        column = pa.array(columns[name]) if name in columns else pa.nulls(len(segments), pa.float64())
        given = given.append_column(name, column)
    summed = given.group_by(list(SEGMENT), use_threads=False).aggregate(
        [(name, "sum") for name in ("customers", *SUMS)]
    )
    order = [(name, "ascending") for name in SEGMENT]
    return summed.rename_columns([*SEGMENT, "customers", *SUMS]).sort_by(order)


def _none(of: Customers) -> pa.Table:
    return _summed(of.segments.slice(0, 0), {})
