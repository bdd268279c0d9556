"""Sessions as web analytics would count them."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from sandbox.world.clock import HOUR, SECOND, Clock, Ints
from sandbox.world.draw import category, days, instants, pick, zipf
from sandbox.world.heads import FIRST_ORDER
from sandbox.world.model import COUNTRIES, DEVICES
from sandbox.world.orders import Orders
from sandbox.world.people import FIRST_PERSON, People
from sandbox.world.sizes import Size
from sandbox.world.traffic import DIRECT, EMAIL, NONE, Origin, Visits
from sandbox.world.words import ids

FIRST_SESSION = 1_700_000_001
NOT_SET = "(not set)"
_FIXED_PAGES = ("/", "/nyheter", "/erbjudanden", "/foretag/offert", "/butiker", "/kundservice")
_SECTIONS = ("mobler", "belysning", "textil", "bocker", "kok")


def landing_pages(count: int) -> list[str]:
    rest = range(count - len(_FIXED_PAGES))
    names = (f"sida-{number}" if number < 15 else f"p-{1000 + number}" for number in rest)
    return [*_FIXED_PAGES, *(f"/{_SECTIONS[number % len(_SECTIONS)]}/{name}" for number, name in enumerate(names))]


def build_sessions(
    size: Size,
    clock: Clock,
    people: People,
    visits: Visits,
    sources: list[Origin],
    campaign_names: list[str],
    is_engaged: npt.NDArray[np.bool_],
    forms: Ints,
    signups: Ints,
    orders: Orders,
    draw: np.random.Generator,
) -> pd.DataFrame:
    """`forms`, `signups`: positions of the visits with these key actions."""
    count = len(visits)
    flags = {name: np.zeros(count, dtype=bool) for name in ("purchase", "form", "newsletter")}
    web = np.flatnonzero(orders.heads.visit != NONE)
    order = np.full(count, NONE)
    order[orders.heads.visit[web]] = web
    flags["purchase"][orders.heads.visit[web]] = True
    flags["form"][forms] = True
    flags["newsletter"][signups] = True
    revenue = np.where(order == NONE, 0, orders.lines.net[order])
    # Engaged means ten seconds, two pages or a key action; an unengaged visit has neither.
    page_views = np.where(is_engaged, 1 + draw.geometric(0.34, count), 1) + np.where(order == NONE, 0, 3)
    seconds = np.where(is_engaged, 10 + draw.gamma(1.3, 75, count), draw.random(count) * 9).astype(np.int32)
    _, first = np.unique(visits.person, return_index=True)
    is_new = np.zeros(count, dtype=bool)
    is_new[first] = True
    is_new &= visits.person >= people.veterans
    return pd.DataFrame(
        {
            "session_id": ids(FIRST_SESSION + np.arange(count)),
            "person_id": ids(FIRST_PERSON + visits.person),
            "started_at": instants(visits.start),
            "date": days(clock.company.day(visits.start)),
            "country": category(visits.country, COUNTRIES),
            "device": category(visits.device, DEVICES),
            **_origin_columns(visits.origin, sources),
            "campaign": category(visits.campaign + 1, [NOT_SET, *campaign_names]),
            "landing_page": category(_pages(size, visits, draw), landing_pages(size.landing_pages)),
            "page_views": page_views.astype(np.int32),
            "engaged_seconds": seconds,
            "is_engaged": is_engaged,
            "is_new_user": is_new,
            "key_purchase": flags["purchase"],
            "key_form": flags["form"],
            "key_newsletter": flags["newsletter"],
            "order_id": ids(FIRST_ORDER + order, order == NONE),
            "revenue_micros": revenue,
            "processed_at": instants(visits.start + _delay(count, draw)),
        }
    )


def _delay(count: int, draw: np.random.Generator) -> Ints:
    """Up to 40 hours, mostly a few, in whole seconds."""
    return (draw.random(count) ** 2 * (40 * HOUR // SECOND)).astype(np.int64) * SECOND


def _origin_columns(origin: Ints, sources: list[Origin]) -> dict[str, pd.Categorical]:
    columns = {}
    for name in ("channel_group", "channel", "source", "medium"):
        values = [getattr(source, name) for source in sources]
        names = sorted(set(values))
        columns[name] = category(np.array([names.index(value) for value in values])[origin], names)
    return columns


def _pages(size: Size, visits: Visits, draw: np.random.Generator) -> Ints:
    """Positions of landing pages: campaigns have pages of their own, direct visits begin at the front."""
    count = len(visits)
    page = pick(draw, zipf(size.landing_pages, size.steepness), count)
    chance = draw.random(count)
    page = np.where((visits.origin == DIRECT) & (chance < 0.5), 0, page)
    page = np.where((visits.origin == EMAIL) & (chance < 0.7), 1 + (visits.campaign % 2), page)
    is_paid = visits.delivery != NONE
    return np.where(is_paid & (chance < 0.8), 2 + visits.campaign * 5 % (size.landing_pages - 2), page)
