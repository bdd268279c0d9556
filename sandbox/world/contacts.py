"""CRM contacts: from the lead form, from newsletter sign-ups, typed in by sales; with doubles, merges and deletions."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from sandbox.world.clock import DAY, HOUR, NEVER, SECOND, Clock, Ints
from sandbox.world.draw import Draws, category, choose, instants, pick
from sandbox.world.journeys import LOOK_BACK, Journeys
from sandbox.world.model import COUNTRIES, COUNTRY_WEIGHTS
from sandbox.world.people import FIRST_PERSON, People, phone_numbers, role_addresses
from sandbox.world.sizes import Size
from sandbox.world.traffic import NONE, Origin, Visits
from sandbox.world.words import capitalised, digits, either, ids, joined, text

FIRST_CONTACT = 3_000_001
# Shares of all contacts.
STRANGER_SHARE, SUBSCRIBER_SHARE = 0.12, 0.12
MERGED_SHARE, ARCHIVED_SHARE, DELETED_SHARE, TEST_SHARE = 0.035, 0.02, 0.012, 0.006
CRM_SOURCES = (
    "ORGANIC_SEARCH",
    "PAID_SEARCH",
    "PAID_SOCIAL",
    "EMAIL_MARKETING",
    "SOCIAL_MEDIA",
    "REFERRALS",
    "DIRECT_TRAFFIC",
    "OFFLINE",
)
OFFLINE = CRM_SOURCES.index("OFFLINE")
_SOURCE_OF_CHANNEL = {
    "organic_search": "ORGANIC_SEARCH",
    "organic_shopping": "ORGANIC_SEARCH",
    "paid_search": "PAID_SEARCH",
    "cross_network": "PAID_SEARCH",
    "paid_shopping": "PAID_SEARCH",
    "display": "PAID_SEARCH",
    "paid_video": "PAID_SEARCH",
    "paid_social": "PAID_SOCIAL",
    "email": "EMAIL_MARKETING",
    "organic_social": "SOCIAL_MEDIA",
    "organic_video": "SOCIAL_MEDIA",
    "referral": "REFERRALS",
    "direct": "DIRECT_TRAFFIC",
    "unknown": "OFFLINE",
}


FORM, SIGN_UP, STRANGER, DOUBLE = range(4)


@dataclass(frozen=True)
class _Arrivals:
    """Contacts by time. `visit`: what made the contact; `twin`: of whom it is a double; NONE where there is nothing."""

    person: Ints
    created: Ints
    visit: Ints
    kind: Ints
    twin: Ints


@dataclass(frozen=True)
class Contacts:
    """Contacts by position, by time. `person` is NONE for strangers, `company` (a number) for private people."""

    table: pd.DataFrame
    person: Ints
    created: Ints
    country: Ints
    company: Ints
    is_form: npt.NDArray[np.bool_]
    is_subscriber: npt.NDArray[np.bool_]
    is_loser: npt.NDArray[np.bool_]
    is_gone: npt.NDArray[np.bool_]  # deleted, or a test

    def __len__(self) -> int:
        return len(self.person)


def form_visits(
    size: Size, clock: Clock, people: People, visits: Visits, sources: list[Origin], draw: np.random.Generator
) -> Ints:
    """Visits with the lead form: business people and the traffic of lead campaigns send most of them."""
    asks = np.array([2.0 if origin.channel == "paid_social" else 1.0 for origin in sources])
    weight = np.where(people.is_business[visits.person], 6.0, 0.7) * asks[visits.origin]
    weight = weight * (visits.start < clock.as_of - HOUR)
    wanted = size.contacts * clock.months * (1 - STRANGER_SHARE - SUBSCRIBER_SHARE - MERGED_SHARE) * 1.25
    return choose(draw, weight, wanted)


def build_contacts(
    size: Size,
    clock: Clock,
    people: People,
    visits: Visits,
    journeys: Journeys,
    forms: Ints,
    signups: Ints,
    sources: list[Origin],
    campaign_names: list[str],
    draws: Draws,
) -> Contacts:
    """`forms`, `signups`: positions of visits."""
    draw = draws["contacts"]
    came = _arrivals(size, clock, visits, forms, signups, draw)
    count, is_stranger = len(came.person), came.person == NONE
    merged_into, merged_at = _merges(came, clock, draw)
    is_paired = np.zeros(count, dtype=bool)
    is_paired[came.twin[came.twin != NONE]] = is_paired[came.twin != NONE] = True
    deleted, archived, is_test = _fates(came, ~is_paired, clock, draw)
    country = np.where(is_stranger, pick(draw, COUNTRY_WEIGHTS, count), people.country[came.person])
    firms = max(2, int(people.company.max(initial=1)))
    company = np.where(is_stranger, draw.integers(1, firms + 1, count), people.company[came.person])
    table = pd.DataFrame(
        {
            "contact_id": ids(FIRST_CONTACT + np.arange(count)),
            "person_id": ids(FIRST_PERSON + came.person, is_stranger),
            "email": text(_emails(people, came, company, draw)),
            "phone": text(_phones(people, came.person)),
            "country": category(country, COUNTRIES),
            "created_at": instants(came.created),
            **_sources(visits, journeys, came, clock, sources, campaign_names, draw),
            "merged_into": ids(FIRST_CONTACT + merged_into, merged_into == NONE),
            "merged_at": instants(merged_at),
            "archived_at": instants(archived),
            "deleted_at": instants(deleted),
            "is_test": is_test,
        }
    )
    return Contacts(
        table=table,
        person=came.person,
        created=came.created,
        country=country,
        company=company,
        is_form=came.kind == FORM,
        is_subscriber=came.kind == SIGN_UP,
        is_loser=merged_into != NONE,
        is_gone=(deleted != NEVER) | is_test,
    )


def _arrivals(
    size: Size, clock: Clock, visits: Visits, forms: Ints, signups: Ints, draw: np.random.Generator
) -> _Arrivals:
    """A person's first form makes a contact, some sign-ups are copied; sales types in strangers and doubles."""
    wanted = size.contacts * clock.months
    by_form = _first_of_each(visits, forms)
    others = _first_of_each(visits, signups[~np.isin(visits.person[signups], visits.person[by_form])])
    by_signup = others[draw.random(len(others)) < wanted * SUBSCRIBER_SHARE / max(1, len(others))]
    visit = np.concatenate([by_form, by_signup])
    created = visits.start[visit] + draw.integers(30, 600, len(visit)) * SECOND
    strange_at = _working_hours(clock, max(4, int(wanted * STRANGER_SHARE)), draw)
    has_double = (draw.random(len(by_form)) < MERGED_SHARE * 1.4) & (created[: len(by_form)] < clock.as_of - 4 * DAY)
    original = np.flatnonzero(has_double)
    # The double comes before the contact itself or after it.
    shift = draw.integers(-20 * DAY // SECOND, 40 * DAY // SECOND, len(original)) * SECOND
    double_at = np.clip(created[original] + shift, clock.start + HOUR, clock.as_of - 2 * DAY)

    counts = (len(by_form), len(by_signup), len(strange_at), len(original))
    all_created = np.concatenate([created, strange_at, double_at])
    by_time = np.argsort(all_created, kind="stable")
    place = np.empty(len(by_time), dtype=np.int64)
    place[by_time] = np.arange(len(by_time))
    strangers, unseen = np.full(len(strange_at), NONE), np.full(len(original), NONE)
    twin = np.concatenate([np.full(len(by_time) - len(original), NONE), place[original]])
    return _Arrivals(
        person=np.concatenate([visits.person[visit], strangers, visits.person[visit[original]]])[by_time],
        created=all_created[by_time],
        visit=np.concatenate([visit, strangers, unseen])[by_time],
        kind=np.repeat((FORM, SIGN_UP, STRANGER, DOUBLE), counts)[by_time],
        twin=twin[by_time],
    )


def _first_of_each(visits: Visits, chosen: Ints) -> Ints:
    """Each person's first among the chosen visits, by time."""
    _, first = np.unique(visits.person[chosen], return_index=True)
    return chosen[np.sort(first)]


def _merges(came: _Arrivals, clock: Clock, draw: np.random.Generator) -> tuple[Ints, Ints]:
    """Winner and instant for each loser that is known as such by `as_of`; either of the two may win."""
    double = np.flatnonzero(came.twin != NONE)
    original = came.twin[double]
    wait = draw.integers(HOUR // SECOND, 45 * DAY // SECOND, len(double)) * SECOND
    at = np.maximum(came.created[double], came.created[original]) + wait
    original_wins = draw.random(len(double)) < 0.6
    is_known = at <= clock.as_of
    loser = np.where(original_wins, double, original)[is_known]
    merged_into, merged_at = np.full(len(came.person), NONE), np.full(len(came.person), NEVER)
    merged_into[loser] = np.where(original_wins, original, double)[is_known]
    merged_at[loser] = at[is_known]
    return merged_into, merged_at


def _fates(
    came: _Arrivals, is_free: npt.NDArray[np.bool_], clock: Clock, draw: np.random.Generator
) -> tuple[Ints, Ints, npt.NDArray[np.bool_]]:
    """Instants of deletion and of archiving, and who is a test; only of those who are in no merge."""
    bounds = np.cumsum([DELETED_SHARE, ARCHIVED_SHARE, TEST_SHARE])
    fate = np.searchsorted(bounds, draw.random(len(came.person)), side="right")
    # The first free contacts meet one fate each, so that no world is without.
    fate[np.flatnonzero(is_free)[: len(bounds)]] = np.arange(min(len(bounds), is_free.sum()))
    ends = came.created + draw.integers(DAY // SECOND, 200 * DAY // SECOND, len(came.person)) * SECOND
    deleted, archived = (clock.happened(np.where(is_free & (fate == kind), ends, NEVER)) for kind in (0, 1))
    return deleted, archived, is_free & (fate == 2)


def _working_hours(clock: Clock, count: int, draw: np.random.Generator) -> Ints:
    days = clock.days()[:-1]
    day = days[draw.integers(0, len(days), count)]
    return clock.company.instant(day, draw.uniform(8, 17, count) / 24)


def _emails(people: People, came: _Arrivals, company: Ints, draw: np.random.Generator) -> pa.Array:
    """Own addresses; a double has another one or none. Of thirty strangers five write from the firm's info@ address,
    three share the address of one member of the mailing list, and two that of another.
    """
    row = np.arange(len(came.person))
    is_stranger = came.kind == STRANGER
    turn, turns = np.cumsum(is_stranger) % 30, np.cumsum(is_stranger) // 30
    stranger = either(turn % 6 == 0, role_addresses(company), joined("buyer", digits(row), "@example.com"))
    shared = people.emails(np.minimum(turns * 2 + (turn > 20), people.veterans - 1))
    stranger = either(np.isin(turn, (1, 2, 3, 21, 22)), shared, stranger)
    other = either(row % 2 == 0, joined("contact", digits(row), "@example.com"), "")
    known = people.emails(np.maximum(came.person, 0))
    known = capitalised(known, draw.random(len(row)) < 0.08)
    return either(is_stranger, stranger, either(came.kind == DOUBLE, other, known))


def _phones(people: People, person: Ints) -> pa.Array:
    strange = phone_numbers(760_000_000 + np.arange(len(person)))
    known = people.phones(np.maximum(person, 0))
    return either(person == NONE, strange, known)


def _sources(
    visits: Visits,
    journeys: Journeys,
    came: _Arrivals,
    clock: Clock,
    sources: list[Origin],
    campaign_names: list[str],
    draw: np.random.Generator,
) -> dict[str, object]:
    """Original: the first visit of the 30 days before; latest: the visit that made the contact, or a later one."""
    has_visit = came.visit != NONE
    person = np.maximum(came.person, 0)
    original = np.where(has_visit, journeys.first(person, came.created - LOOK_BACK), NONE)
    latest = journeys.last(person, np.full(len(person), clock.as_of))
    latest = np.where(has_visit & (draw.random(len(person)) < 0.5), latest, came.visit)
    code = np.array([CRM_SOURCES.index(_SOURCE_OF_CHANNEL[origin.channel]) for origin in sources])
    names = ["", *campaign_names]

    def source(visit: Ints) -> pd.Categorical:
        return category(np.where(visit != NONE, code[visits.origin[visit]], OFFLINE), CRM_SOURCES)

    def campaign(visit: Ints) -> pd.Categorical:
        return category(np.where(visit != NONE, visits.campaign[visit] + 1, 0), names)

    return {
        "original_source": source(original),
        "original_campaign": campaign(original),
        "latest_source": source(latest),
        "latest_source_at": instants(np.where(latest != NONE, visits.start[latest], came.created)),
        "latest_campaign": campaign(latest),
    }
