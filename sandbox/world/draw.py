"""Random draws and the columns made of them."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

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
    "book_figures",
    "brand_panel",
    "search_days",
    "target_segment",
    "budgets",
    "budget_days",
    "subscriptions",
    "reviews",
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


def category(codes: npt.ArrayLike, names: Sequence[str]) -> pd.Categorical:
    """Names by position; positions are from 0, a flag is 0 or 1."""
    positions = np.asarray(codes)
    positions = positions.astype(np.int8) if positions.dtype == bool else positions
    return pd.Categorical.from_codes(positions, categories=pd.Index(list(names), dtype="str"))


def instants(values: Ints) -> npt.NDArray[np.datetime64]:
    return values.view("datetime64[us]")


def days(values: Ints) -> npt.NDArray[np.datetime64]:
    """Midnights of day numbers."""
    return (values * DAY).view("datetime64[us]")


def choose(draw: np.random.Generator, weights: Floats, wanted: float) -> Ints:
    """Positions chosen one by one with chances in proportion, about `wanted` of them."""
    return np.flatnonzero(draw.random(len(weights)) < weights * (wanted / max(weights.sum(), 1e-9)))
