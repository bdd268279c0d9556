"""Who the visitors are: newcomers, people who come back within days, and the loyal ones."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from sandbox.world.clock import Floats, Ints
from sandbox.world.draw import category, pick
from sandbox.world.model import COUNTRIES, COUNTRY_WEIGHTS, DEVICE_WEIGHTS, DEVICES
from sandbox.world.sizes import Size
from sandbox.world.traffic import NONE, Visits, origins
from sandbox.world.words import digits, either, ids, joined, text, word

FIRST_PERSON = 100_000_001
LOYAL_EVERY = 40  # one in so many keeps coming back
BUSINESS_SHARE = 0.06
ROLE_SHARE = 0.25  # of business people write from an info@ address
COMPANIES_PER_BUSINESS = 0.4
_FIRST = ("anna", "erik", "maria", "lars", "karin", "johan", "eva", "nils", "ingrid", "olav", "mette", "jukka", "heidi")
_LAST = ("berg", "lind", "dahl", "holm", "strand", "nygaard", "hansen", "virtanen", "schmidt", "ek", "sjoberg", "lund")


@dataclass(frozen=True)
class People:
    """People by position; the first `veterans` knew the shop before history began."""

    country: Ints
    device: Ints
    is_loyal: npt.NDArray[np.bool_]
    is_business: npt.NDArray[np.bool_]
    is_machine_opener: npt.NDArray[np.bool_]
    company: Ints  # number of the firm that a business person works for, else NONE
    is_role: npt.NDArray[np.bool_]
    veterans: int

    def __len__(self) -> int:
        return len(self.country)

    def emails(self, rows: Ints | None = None) -> pa.Array:
        """Addresses of people; those of a role are shared within the firm."""
        rows = np.arange(len(self)) if rows is None else rows
        first, last = word(_FIRST, rows % len(_FIRST)), word(_LAST, rows // len(_FIRST) % len(_LAST))
        number = digits(rows)
        own = joined(first, ".", last, number, "@example.com")
        return either(self.is_role[rows], role_addresses(self.company[rows]), own)

    def phones(self, rows: Ints | None = None) -> pa.Array:
        rows = np.arange(len(self)) if rows is None else rows
        return phone_numbers(700_000_000 + rows)

    def table(self, members: Ints) -> pd.DataFrame:
        is_member = np.zeros(len(self), dtype=bool)
        is_member[members] = True
        return pd.DataFrame(
            {
                "person_id": ids(FIRST_PERSON + np.arange(len(self))),
                "country": category(self.country, COUNTRIES),
                "device": category(self.device, DEVICES),
                "is_business": self.is_business,
                "email": text(self.emails()),
                "phone": text(self.phones()),
                "is_mail_member": is_member,
                "is_machine_opener": self.is_machine_opener,
            }
        )


def role_addresses(company: Ints) -> pa.Array:
    return joined("info@company", digits(np.maximum(company, 0), 2), ".example.com")


def phone_numbers(numbers: Ints) -> pa.Array:
    return joined("+46", digits(numbers))


def build_people(size: Size, visits: Visits, draw: np.random.Generator) -> tuple[People, Visits]:
    """People, and the visits (in order of time) with theirs."""
    veteran_country = pick(draw, COUNTRY_WEIGHTS, size.veterans)
    veteran_country[: len(COUNTRIES)] = np.arange(len(COUNTRIES))  # somebody to come back to from the first minute on
    new_share = np.array([origin.new for origin in origins(size)])
    is_new = draw.random(len(visits)) < new_share[visits.origin]
    person = np.full(len(visits), NONE, dtype=np.int32)
    person[is_new] = size.veterans + np.arange(is_new.sum())
    country = np.concatenate([veteran_country, visits.country[is_new]])
    is_loyal = np.zeros(len(country), dtype=bool)
    for code in range(len(COUNTRIES)):
        mine = np.flatnonzero(visits.country == code)
        pool = np.flatnonzero(country == code)
        is_loyal[pool[::LOYAL_EVERY]] = True
        known = (veteran_country == code).sum() + np.cumsum(is_new[mine])
        back = ~is_new[mine]
        person[mine[back]] = pool[_who_returns(known[back], len(mine), draw)]
    device = np.concatenate([pick(draw, DEVICE_WEIGHTS, size.veterans), visits.device[is_new]])
    people = _traits(country, device, is_loyal, size.veterans, draw)
    # People mostly come back on the device they have; a click is on the device on which the ad was shown.
    keeps = ~is_new & (visits.delivery == NONE) & (draw.random(len(visits)) < 0.85)
    own_device = np.where(keeps, device[person], visits.device)
    return people, replace(visits, person=person, device=own_device)


def _who_returns(known: Ints, visits: int, draw: np.random.Generator) -> Ints:
    """Positions among the people known so far: mostly those seen lately, else a loyal one, else anybody."""
    kind = draw.random(len(known))
    chance: Floats = draw.random(len(known))
    lately = known - 1 - (draw.exponential(max(3.0, visits * 0.006), len(known))).astype(np.int64)
    loyal = LOYAL_EVERY * (chance * ((known + LOYAL_EVERY - 1) // LOYAL_EVERY)).astype(np.int64)
    anybody = (chance * known).astype(np.int64)
    return np.select([kind < 0.55, kind < 0.85], [np.maximum(lately, 0), loyal], anybody)


def _traits(
    country: Ints, device: Ints, is_loyal: npt.NDArray[np.bool_], veterans: int, draw: np.random.Generator
) -> People:
    count = len(country)
    is_business = draw.random(count) < BUSINESS_SHARE
    firms = max(1, int(is_business.sum() * COMPANIES_PER_BUSINESS))
    return People(
        country=country,
        device=device,
        is_loyal=is_loyal,
        is_business=is_business,
        is_machine_opener=draw.random(count) < 0.35,
        company=np.where(is_business, draw.integers(1, firms + 1, count), NONE),
        is_role=is_business & (draw.random(count) < ROLE_SHARE),
        veterans=veterans,
    )
