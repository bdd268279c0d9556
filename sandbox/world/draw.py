"""Random draws and the columns made of them."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from sandbox.world.clock import DAY, Floats, Ints

# Every table draws from its own generator, so that a change in one does not move another. Numbers are never reused.
TABLES = (
    "accounts",
    "campaigns",
    "ad_groups",
    "ads",
    "keywords",
    "ad_delivery",
    "ad_demographics",
    "exposures",
    "claims",
    "people",
    "sessions",
    "products",
    "customers",
    "orders",
    "order_lines",
    "refunds",
    "contacts",
    "contact_stages",
    "companies",
    "deals",
    "deal_stages",
    "mail_members",
    "mail_campaigns",
    "mail_recipients",
    "social_days",
    "social_posts",
    "survey_answers",
    "fx_rates",
    "costs",
)

CENT = 10_000  # micros


class Draws:
    """One generator per table of truth."""

    def __init__(self, seed: int) -> None:
        self._generators = {name: np.random.default_rng((seed, number)) for number, name in enumerate(TABLES, start=1)}

    def __getitem__(self, table: str) -> np.random.Generator:
        return self._generators[table]


def pick(draw: np.random.Generator, weights: Sequence[float] | Floats, count: int) -> Ints:
    """Positions drawn by weight."""
    bounds = np.cumsum(weights) / np.sum(weights)
    return np.minimum(np.searchsorted(bounds, draw.random(count), side="right"), len(bounds) - 1)


def zipf(count: int, power: float = 1.0) -> Floats:
    """Weights of a few favourites and a long tail."""
    return 1.0 / np.arange(1, count + 1) ** power


def cents(amount: npt.ArrayLike) -> Ints:
    """Micros of an amount in major units, rounded half up to whole cents."""
    return np.floor(np.asarray(amount, dtype=np.float64) * 100 + 0.5).astype(np.int64) * CENT


def text(values: pa.Array | pa.ChunkedArray) -> Any:
    """Arrow text as a pandas column."""
    return pd.array(values.cast(pa.large_string()), dtype="str")


def joined(*parts: str | pa.Array) -> pa.Array:
    """Text put together row by row."""
    columns = [pa.scalar(part, pa.large_string()) if isinstance(part, str) else part for part in parts]
    return pc.binary_join_element_wise(*columns, pa.scalar("", pa.large_string()))


def ids(numbers: npt.ArrayLike, missing: npt.NDArray[np.bool_] | None = None) -> Any:
    """Text of whole numbers; empty text where missing."""
    column = pa.array(np.asarray(numbers, dtype=np.int64)).cast(pa.large_string())
    if missing is not None:
        column = pc.if_else(pa.array(missing), "", column)
    return text(column)


def category(codes: npt.ArrayLike, names: Sequence[str]) -> pd.Categorical:
    """Names by position; positions are from 0."""
    return pd.Categorical.from_codes(np.asarray(codes, dtype=np.int64), categories=pd.Index(list(names), dtype="str"))


def instants(values: Ints) -> npt.NDArray[np.datetime64]:
    return values.view("datetime64[us]")


def days(values: Ints) -> npt.NDArray[np.datetime64]:
    """Midnights of day numbers."""
    return (values * DAY).view("datetime64[us]")


def text_of(prefix: str, numbers: Ints) -> Any:
    """Text of a prefix and whole numbers."""
    return text(joined(prefix, pa.array(numbers).cast(pa.large_string())))


def choose(draw: np.random.Generator, weights: Floats, wanted: float) -> Ints:
    """Positions chosen one by one with chances in proportion, about `wanted` of them."""
    return np.flatnonzero(draw.random(len(weights)) < weights * (wanted / max(weights.sum(), 1e-9)))
