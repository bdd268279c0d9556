"""Contracts with a monthly amount: customers subscribe, change their plan, leave, and some come back."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sandbox.world.clock import DAY, MINUTE, NEVER, SECOND, Clock, Ints
from sandbox.world.draw import category, cents, instants
from sandbox.world.words import ids

FIRST_SUBSCRIPTION = 40_000_001
SHARE = 0.08  # of the shop's customers
OLD_SHARE = 0.05  # of those: contracts from before history, of customers whom the shop does not know
PRICES = (99, 149, 249)  # SEK a month
MONTHS_TO_A_CHANGE = 14
_ROUNDS = 4
_CHANGES_PLAN, _PAUSES = 0.35, 0.2  # of contracts that end
_IN_EUROS = ("FI", "DE")


@dataclass
class _Round:
    """Contracts by position: whose they are, from when, and which price of `PRICES`."""

    who: Ints
    start: Ints
    price: Ints


def build_subscriptions(clock: Clock, customers: pd.DataFrame, draw: np.random.Generator) -> pd.DataFrame:
    """A row per contract; a new plan is a new contract from the instant at which the old one ends."""
    known = np.flatnonzero(draw.random(len(customers)) < SHARE)
    old = max(4, round(len(known) * OLD_SHARE))
    customer = [*customers["customer_id"].iloc[known], *(f"old-{number:05d}" for number in range(1, old + 1))]
    country = np.concatenate([customers["country"].astype(object).to_numpy()[known], np.full(old, "SE", dtype=object)])
    created = customers["created_at"].to_numpy(dtype="datetime64[us]").astype(np.int64)[known]
    soon = created + draw.integers(1, 60 * 24 * 60, len(known)) * MINUTE
    before = clock.start - draw.integers(1, 400 * 24 * 60, old) * MINUTE
    rounds, ends = [], []
    at = _Round(np.arange(len(customer)), np.concatenate([soon, before]), draw.integers(0, 3, len(customer)))
    # One in twenty has two contracts at a time.
    twice = np.flatnonzero(draw.random(len(customer)) < 0.05)
    at = _Round(*(np.concatenate([column, column[twice]]) for column in (at.who, at.start, at.price)))
    for _ in range(_ROUNDS):
        at = _taken(at, at.start <= clock.as_of)
        end = (
            at.start
            + (draw.exponential(MONTHS_TO_A_CHANGE * 30.4, len(at.who)) * DAY / SECOND).astype(np.int64) * SECOND
        )
        rounds.append(at)
        ends.append(end)
        fate = draw.random(len(at.who))
        changes, pauses = fate < _CHANGES_PLAN, (fate >= _CHANGES_PLAN) & (fate < _CHANGES_PLAN + _PAUSES)
        wait = np.where(pauses, draw.integers(10, 120, len(end)) * DAY, 0)
        price = np.where(changes, (at.price + draw.integers(1, 3, len(end))) % 3, at.price)
        at = _taken(_Round(at.who, end + wait, price), changes | pauses)
    who, start, price = (np.concatenate([getattr(one, name) for one in rounds]) for name in ("who", "start", "price"))
    end = clock.happened(np.concatenate(ends))
    order = np.lexsort((who, start))
    who, start, price, end = who[order], start[order], price[order], end[order]
    in_euros = np.isin(country[who], _IN_EUROS)
    amount = np.array(PRICES)[price] / np.where(in_euros, 11.0, 1.0)
    return pd.DataFrame(
        {
            "subscription_id": ids(FIRST_SUBSCRIPTION + np.arange(len(who))),
            "customer_id": pd.Series(np.array(customer, dtype=object)[who], dtype="str"),
            "started_at": instants(start),
            "ended_at": instants(np.where(end == NEVER, NEVER, end)),
            "monthly_micros": cents(np.round(amount, 1)),
            "currency": category(in_euros, ("SEK", "EUR")),
        }
    )


def _taken(at: _Round, chosen: np.ndarray) -> _Round:
    return _Round(at.who[chosen], at.start[chosen], at.price[chosen])
