"""Orders of the web shop, the till, the sales desk and the testers: who ordered when and where."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sandbox.world.clock import MINUTE, SECOND, Clock, Ints, demand
from sandbox.world.draw import choose, pick
from sandbox.world.people import People
from sandbox.world.sizes import Size
from sandbox.world.traffic import NONE, Origin, Visits

FIRST_ORDER = 5_500_000_000_001
WEB, POS, DRAFT = range(3)
# Shares of all orders; the rest is the web shop's.
POS_SHARE, DRAFT_SHARE, TEST_SHARE = 0.12, 0.015, 0.006
GUEST_SHARE = 0.6  # of those at the till


@dataclass(frozen=True)
class Heads:
    """Who ordered when and where. `visit`: position of the visit that ended in the order, or NONE."""

    created: Ints
    person: Ints
    country: Ints
    source: Ints
    visit: Ints
    is_test: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.created)


def build_heads(
    size: Size,
    clock: Clock,
    people: People,
    visits: Visits,
    sources: list[Origin],
    is_engaged: npt.NDArray[np.bool_],
    draw: np.random.Generator,
) -> Heads:
    wanted = size.orders * clock.months
    buys = np.array([origin.buys for origin in sources])[visits.origin]
    weight = buys * np.array([0.75, 1.5, 0.9])[visits.device] * np.where(people.is_loyal[visits.person], 3.0, 1.0)
    # Half an hour is enough for any order to be placed before history ends.
    weight = weight * is_engaged * (visits.start < clock.as_of - 30 * MINUTE)
    visit = choose(draw, weight, wanted * (1 - POS_SHARE - DRAFT_SHARE - TEST_SHARE))
    web = Heads(
        created=visits.start[visit] + draw.integers(2 * 60, 25 * 60, len(visit)) * SECOND,
        person=visits.person[visit],
        country=visits.country[visit],
        source=np.full(len(visit), WEB),
        visit=visit,
        is_test=np.zeros(len(visit), dtype=bool),
    )
    heads = [
        web,
        _till(int(wanted * POS_SHARE), web, clock, draw),
        _desk(max(4, int(wanted * DRAFT_SHARE)), people, clock, draw),
        _tests(max(3, int(wanted * TEST_SHARE)), people, clock, draw),
    ]
    together = Heads(*(np.concatenate([getattr(part, name) for part in heads]) for name in Heads.__dataclass_fields__))
    order = np.argsort(together.created, kind="stable")
    return Heads(*(getattr(together, name)[order] for name in Heads.__dataclass_fields__))


def _at_hours(count: int, first: float, last: float, clock: Clock, draw: np.random.Generator) -> Ints:
    """Instants on days of usual demand between two local hours, up to `as_of`."""
    days = clock.days()
    day = days[pick(draw, demand(days, clock.start_day), count)]
    at = clock.company.instant(day, draw.uniform(first, last, count) / 24)
    return at[at <= clock.as_of]


def _till(count: int, web: Heads, clock: Clock, draw: np.random.Generator) -> Heads:
    """Orders in the store: mostly guests, else people who had ordered on the web before."""
    created = _at_hours(count, 10, 19, clock, draw)
    by_time = np.sort(web.created)
    known = np.searchsorted(by_time, created)
    is_guest = (draw.random(len(created)) < GUEST_SHARE) | (known == 0)
    buyer = np.argsort(web.created, kind="stable")[(draw.random(len(created)) * known).astype(np.int64)]
    none = np.full(len(created), NONE)
    return Heads(
        created=created,
        person=np.where(is_guest, NONE, web.person[buyer]),
        country=np.where(is_guest, 0, web.country[buyer]),
        source=np.full(len(created), POS),
        visit=none,
        is_test=np.zeros(len(created), dtype=bool),
    )


def _desk(count: int, people: People, clock: Clock, draw: np.random.Generator) -> Heads:
    """Drafts of the sales desk for business customers."""
    created = _at_hours(count, 8, 17, clock, draw)
    business = np.flatnonzero(people.is_business[: people.veterans])
    person = business[draw.integers(0, len(business), len(created))]
    return Heads(
        created=created,
        person=person,
        country=people.country[person],
        source=np.full(len(created), DRAFT),
        visit=np.full(len(created), NONE),
        is_test=np.zeros(len(created), dtype=bool),
    )


def _tests(count: int, people: People, clock: Clock, draw: np.random.Generator) -> Heads:
    """Test orders of the staff, by two of the veterans."""
    created = _at_hours(count, 8, 17, clock, draw)
    person = draw.integers(0, 2, len(created))
    return Heads(
        created=created,
        person=person,
        country=people.country[person],
        source=np.full(len(created), WEB),
        visit=np.full(len(created), NONE),
        is_test=np.ones(len(created), dtype=bool),
    )
