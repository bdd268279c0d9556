"""The shop in the results of a search engine, as its own statistics have it."""

import numpy as np
import pandas as pd

from sandbox.world.clock import Clock, demand
from sandbox.world.draw import category, days
from sandbox.world.model import COUNTRIES, COUNTRY_WEIGHTS, DEVICE_WEIGHTS, DEVICES
from sandbox.world.sizes import Size

ZONE = "America/Los_Angeles"
_IMPRESSIONS_PER_SESSION = 4.0


def build_search(size: Size, clock: Clock, draw: np.random.Generator) -> pd.DataFrame:
    """A row per day, country and device with impressions; the position is a mean with two decimals, 1 = best."""
    day = clock.days(ZONE)
    level = demand(day, clock.start_day) * clock.elapsed(ZONE)
    share = np.outer(COUNTRY_WEIGHTS, DEVICE_WEIGHTS).ravel()
    impressions = draw.poisson(np.outer(level, share) * size.sessions / 30 * _IMPRESSIONS_PER_SESSION)
    row, cell = np.nonzero(impressions)
    shown = impressions[row, cell]
    # Positions improve slowly, and are worse abroad.
    mean = 14 - 0.004 * row + 2.0 * (cell // len(DEVICES)) + draw.normal(0, 0.8, len(row))
    return pd.DataFrame(
        {
            "date": days(day[row]),
            "country": category(cell // len(DEVICES), COUNTRIES),
            "device": category(cell % len(DEVICES), DEVICES),
            "impressions": shown,
            "clicks": draw.binomial(shown, 0.03),
            "position_hundredths": np.maximum(100, np.round(mean * 100)).astype(np.int64),
        }
    )
