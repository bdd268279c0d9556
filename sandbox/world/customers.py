"""Customers of the shop: one per person, now and then a second one by the same address in other letters."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from sandbox.world.clock import SECOND, Ints
from sandbox.world.draw import category, instants
from sandbox.world.model import COUNTRIES
from sandbox.world.people import FIRST_PERSON, People
from sandbox.world.traffic import NONE
from sandbox.world.words import capitalised, ids, text

FIRST_CUSTOMER = 6_600_000_001
DOUBLE_SHARE = 0.04  # of people who order again


@dataclass(frozen=True)
class Customers:
    table: pd.DataFrame
    number: Ints  # of each order's customer; NONE for guests


def build_customers(
    people: People, person: Ints, created: Ints, is_test: npt.NDArray[np.bool_], draw: np.random.Generator
) -> Customers:
    """Customers of orders that come by time; a customer is created some seconds before the first order."""
    known = person != NONE
    first_of = pd.Series(np.arange(len(person)))[known].groupby(person[known]).transform("first").to_numpy()
    is_again = np.zeros(len(person), dtype=bool)
    is_again[np.flatnonzero(known)] = np.flatnonzero(known) != first_of
    has_double = np.zeros(len(people), dtype=bool)
    again = np.unique(person[is_again & ~is_test])
    has_double[again[draw.random(len(again)) < DOUBLE_SHARE]] = True
    # From the second order on, such a person comes as somebody else.
    account = np.where(known, person * 2 + (is_again & has_double[person]), NONE)
    keys, first, of_order = np.unique(account, return_index=True, return_inverse=True)
    by_time = np.argsort(first, kind="stable")
    by_time = by_time[keys[by_time] != NONE]
    place = np.full(len(keys), NONE)
    place[by_time] = np.arange(len(by_time))
    who, row = keys[by_time] // 2, first[by_time]
    is_double = keys[by_time] % 2 == 1
    emails = people.emails(who)
    emails = capitalised(emails, is_double | (draw.random(len(who)) < 0.08))
    table = pd.DataFrame(
        {
            "customer_id": ids(FIRST_CUSTOMER + np.arange(len(who))),
            "person_id": ids(FIRST_PERSON + who),
            "email": text(emails),
            "phone": text(people.phones(who)),
            "country": category(people.country[who], COUNTRIES),
            "is_business": people.is_business[who],
            "created_at": instants(created[row] - draw.integers(1, 60, len(who)) * SECOND),
        }
    )
    number = np.where(place[of_order] == NONE, NONE, FIRST_CUSTOMER + place[of_order])
    return Customers(table, number)
