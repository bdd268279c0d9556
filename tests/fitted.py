"""Predictions planted beside a simulated company's truth, and landed as the models would land their own."""

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pyarrow as pa

from connectors.common.models import PREDICTED_VALUES
from sandbox.world import World

CHANNELS = ("paid_search", "email", "direct", "unknown")
COUNTRIES = ("SE", "NO", "unknown")
TYPES = ("b2c", "b2b")
# Months from the first one on: then values begin, and in one month none was told.
FIRST, REFUSED = 4, 6


def with_predictions(world: World) -> World:
    """The world with a table `predicted_values`, one row per month end, channel, country and customer type."""
    ends = pd.date_range(world.history_start, world.as_of.date(), freq="ME")[FIRST:]
    draw = np.random.default_rng(world.seed)
    keys = pd.MultiIndex.from_product(
        [ends, CHANNELS, COUNTRIES, TYPES], names=["as_of_date", "channel", "country", "customer_type"]
    )
    # Not every segment has customers in every month, and some have few.
    rows = keys.to_frame(index=False)[draw.random(len(keys)) < 0.9].reset_index(drop=True)
    count = len(rows)
    people = draw.integers(1, 60, count) ** 2
    alive = people * draw.uniform(0.02, 1, count)
    value = people * draw.uniform(5, 900, count)
    rows = rows.assign(
        customers=people,
        p_alive=alive,
        alive_variance=alive * draw.random(count),
        alive_error=draw.normal(0, 0.05, count) * alive,
        purchases=alive * draw.uniform(0.2, 3, count),
        value=value,
        value_variance=value**2 * draw.random(count) / people,
        value_error=draw.normal(0, 0.1, count) * value,
    )
    is_refused = rows["as_of_date"] == ends[REFUSED - FIRST]
    rows.loc[is_refused, ["value", "value_variance", "value_error"]] = np.nan
    return replace(world, tables={**world.tables, PREDICTED_VALUES.name: rows})


def landed_predictions(world: World, until: date) -> dict[str, pa.Table]:
    """Landing table of source `models` → rows told until a day."""
    rows = world.tables[PREDICTED_VALUES.name]
    rows = rows[rows["as_of_date"] <= pd.Timestamp(until)]
    rows = rows.assign(as_of_date=rows["as_of_date"].dt.date)
    return {PREDICTED_VALUES.name: pa.Table.from_pandas(rows, schema=PREDICTED_VALUES.schema, preserve_index=False)}
