"""Public reviews, written some days after an order; a classifier says of most whether they are positive."""

import numpy as np
import pandas as pd

from sandbox.world.clock import DAY, SECOND, Clock
from sandbox.world.draw import category, instants, pick
from sandbox.world.model import COUNTRIES
from sandbox.world.orders import Orders
from sandbox.world.surveys import TOUCHPOINTS
from sandbox.world.words import ids

REVIEWS_PER_ORDER = 0.07
_SCORES = (0.07, 0.05, 0.09, 0.27, 0.52)
_TOUCHPOINT_WEIGHTS = (0.6, 0.15, 0.25)
_NOT_CLASSED = 0.1


def build_reviews(clock: Clock, orders: Orders, draw: np.random.Generator) -> pd.DataFrame:
    written = np.flatnonzero(orders.is_counted & (draw.random(len(orders.is_counted)) < REVIEWS_PER_ORDER))
    at = orders.heads.created[written] + draw.integers(2 * DAY // SECOND, 40 * DAY // SECOND, len(written)) * SECOND
    written, at = written[at <= clock.as_of], at[at <= clock.as_of]
    order = np.argsort(at, kind="stable")
    written, at = written[order], at[order]
    count = len(written)
    score = 1 + pick(draw, _SCORES, count)
    # The classifier errs now and then, and does not read every language.
    positive = (score >= 4) ^ (draw.random(count) < 0.04)
    is_positive = pd.Series(positive).astype("boolean").mask(draw.random(count) < _NOT_CLASSED)
    return pd.DataFrame(
        {
            "review_id": ids(80_000_001 + np.arange(count)),
            "touchpoint": category(pick(draw, _TOUCHPOINT_WEIGHTS, count), TOUCHPOINTS),
            "country": category(orders.heads.country[written], COUNTRIES),
            "created_at": instants(at),
            "score": score,
            "is_positive": is_positive,
        }
    )
