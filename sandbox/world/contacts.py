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


@dataclass(frozen=True)
class Contacts:
    """Contacts by position, by time. `person` is NONE for strangers."""

    table: pd.DataFrame
    person: Ints
    created: Ints
    country: Ints
    is_subscriber: npt.NDArray[np.bool_]
    is_form: npt.NDArray[np.bool_]
    is_loser: npt.NDArray[np.bool_]
    is_gone: npt.NDArray[np.bool_]  # deleted, or a test
    company: Ints

    def __len__(self) -> int:
        return len(self.person)


def form_visits(
    size: Size, clock: Clock, people: People, visits: Visits, sources: list[Origin], draw: np.random.Generator
) -> Ints:
    """Visits with the lead form: business people and the traffic of lead campaigns send most of them."""
    channel = np.array([origin.channel for origin in sources])[visits.origin]
    weight = np.where(people.is_business[visits.person], 6.0, 0.7) * np.where(channel == "paid_social", 2.0, 1.0)
    weight = weight * (visits.start < clock.as_of - HOUR)
    wanted = size.contacts * clock.months * (1 - STRANGER_SHARE - SUBSCRIBER_SHARE - MERGED_SHARE) * 1.25
    return choose(draw, weight, wanted)


def build_contacts(
    size: Size,
    clock: Clock,
    people: People,
    visits: Visits,
    forms: Ints,
    signups: Ints,
    sources: list[Origin],
    campaign_names: list[str],
    draws: Draws,
) -> Contacts:
    """`forms`, `signups`: positions of visits."""
    draw = draws["contacts"]
    journeys = Journeys.over(visits)
    wanted = size.contacts * clock.months
    # A person's first form makes the contact; some sign-ups of others are copied to the CRM as well.
    _, once = np.unique(visits.person[forms], return_index=True)
    by_form = forms[np.sort(once)]
    others = signups[~np.isin(visits.person[signups], visits.person[by_form])]
    _, once = np.unique(visits.person[others], return_index=True)
    others = others[np.sort(once)]
    share = min(1.0, wanted * SUBSCRIBER_SHARE / max(1, len(others)))
    by_signup = others[draw.random(len(others)) < share]
    visit = np.concatenate([by_form, by_signup])
    created = visits.start[visit] + draw.integers(30, 600, len(visit)) * SECOND
    person = visits.person[visit]
    is_form = np.arange(len(visit)) < len(by_form)

    strangers = max(4, int(wanted * STRANGER_SHARE))
    stranger_at = _working_hours(clock, strangers, draw)
    doubles = np.flatnonzero(is_form & (draw.random(len(visit)) < MERGED_SHARE * 1.4))
    doubles = doubles[created[doubles] < clock.as_of - 4 * DAY]
    # The double is made before or after the contact itself, by sales or by a second form.
    shift = draw.integers(-20 * DAY // SECOND, 40 * DAY // SECOND, len(doubles)) * SECOND
    double_at = np.clip(created[doubles] + shift, clock.start + HOUR, clock.as_of - 2 * DAY)
    merged = (
        np.maximum(double_at, created[doubles])
        + draw.integers(HOUR // SECOND, 45 * DAY // SECOND, len(doubles)) * SECOND
    )

    count = len(visit)
    all_created = np.concatenate([created, stranger_at, double_at])
    order = np.argsort(all_created, kind="stable")
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    none = np.full(len(stranger_at), NONE)
    all_person = np.concatenate([person, none, person[doubles]])[order]
    all_created = all_created[order]
    all_visit = np.concatenate([visit, none, np.full(len(doubles), NONE)])[order]

    # Either of the two may win.
    first_wins = draw.random(len(doubles)) < 0.6
    original, double = place[doubles], place[count + len(stranger_at) + np.arange(len(doubles))]
    winner, loser = np.where(first_wins, original, double), np.where(first_wins, double, original)
    merged_into = np.full(len(order), NONE)
    merged_at = np.full(len(order), NEVER)
    is_known = merged <= clock.as_of
    merged_into[loser[is_known]] = winner[is_known]
    merged_at[loser[is_known]] = merged[is_known]

    is_free = np.ones(len(order), dtype=bool)
    is_free[winner] = is_free[loser] = False
    fate = draw.random(len(order))
    # The first free contacts meet every fate, so that no world is without.
    fate[np.flatnonzero(is_free)[:3]] = (0.001, DELETED_SHARE + 0.001, DELETED_SHARE + ARCHIVED_SHARE + 0.001)
    ends = all_created + draw.integers(DAY // SECOND, 200 * DAY // SECOND, len(order)) * SECOND
    deleted = clock.happened(np.where(is_free & (fate < DELETED_SHARE), ends, NEVER))
    bound = DELETED_SHARE + ARCHIVED_SHARE
    archived = clock.happened(np.where(is_free & (fate >= DELETED_SHARE) & (fate < bound), ends, NEVER))
    is_test = is_free & (fate >= bound) & (fate < bound + TEST_SHARE)

    country = np.where(all_person == NONE, pick(draw, COUNTRY_WEIGHTS, len(order)), people.country[all_person])
    firms = max(2, int(people.company.max(initial=1)))
    stranger_firm = draw.integers(1, firms + 1, len(order))
    company = np.where(all_person == NONE, stranger_firm, people.company[all_person])
    is_loser = np.zeros(len(order), dtype=bool)
    is_loser[double] = True
    table = pd.DataFrame(
        {
            "contact_id": ids(FIRST_CONTACT + np.arange(len(order))),
            "person_id": ids(FIRST_PERSON + all_person, all_person == NONE),
            "email": text(_emails(people, all_person, is_loser, company, draw)),
            "phone": text(_phones(people, all_person)),
            "country": category(country, COUNTRIES),
            "created_at": instants(all_created),
            **_sources(visits, journeys, all_person, all_visit, all_created, clock, sources, campaign_names, draw),
            "merged_into": ids(FIRST_CONTACT + merged_into, merged_into == NONE),
            "merged_at": instants(merged_at),
            "archived_at": instants(archived),
            "deleted_at": instants(deleted),
            "is_test": is_test,
        }
    )
    return Contacts(
        table=table,
        person=all_person,
        created=all_created,
        country=country,
        is_subscriber=np.concatenate([~is_form, np.zeros(len(stranger_at) + len(doubles), dtype=bool)])[order],
        is_form=np.concatenate([is_form, np.zeros(len(stranger_at) + len(doubles), dtype=bool)])[order],
        is_loser=merged_into != NONE,
        is_gone=(deleted != NEVER) | is_test,
        company=company,
    )


def _working_hours(clock: Clock, count: int, draw: np.random.Generator) -> Ints:
    days = clock.days()[:-1]
    day = days[draw.integers(0, len(days), count)]
    return clock.company.instant(day, draw.uniform(8, 17, count) / 24)


def _emails(
    people: People, person: Ints, is_double: npt.NDArray[np.bool_], company: Ints, draw: np.random.Generator
) -> pa.Array:
    """Own addresses; a double has another one or none. Of thirty strangers five write from the firm's info@ address,
    three share the address of one member of the mailing list, and two that of another.
    """
    number = digits(np.arange(len(person)))
    turn, turn_number = np.cumsum(person == NONE) % 30, np.cumsum(person == NONE) // 30
    stranger = joined("buyer", number, "@example.com")
    stranger = either(turn % 6 == 0, role_addresses(company), stranger)
    shared = people.emails(np.minimum(turn_number * 2 + (turn > 20), people.veterans - 1))
    stranger = either(np.isin(turn, (1, 2, 3, 21, 22)), shared, stranger)
    other = joined("contact", number, "@example.com")
    other = either(np.arange(len(person)) % 2 == 0, other, "")
    known = people.emails(np.maximum(person, 0))
    known = capitalised(known, draw.random(len(person)) < 0.08)
    return either(person == NONE, stranger, either(is_double, other, known))


def _phones(people: People, person: Ints) -> pa.Array:
    strange = phone_numbers(760_000_000 + np.arange(len(person)))
    known = people.phones(np.maximum(person, 0))
    return either(person == NONE, strange, known)


def _sources(
    visits: Visits,
    journeys: Journeys,
    person: Ints,
    visit: Ints,
    created: Ints,
    clock: Clock,
    sources: list[Origin],
    campaign_names: list[str],
    draw: np.random.Generator,
) -> dict[str, object]:
    """Original: the first visit of the 30 days before; latest: the visit that made the contact, or a later one."""
    has_visit = visit != NONE
    original = np.where(has_visit, journeys.first(np.maximum(person, 0), created - LOOK_BACK), NONE)
    original = np.where((original != NONE) & (visits.start[original] <= created), original, visit)
    now = np.full(len(person), clock.as_of)
    later = journeys.last(np.maximum(person, 0), now)
    latest = np.where(has_visit & (later != NONE) & (draw.random(len(person)) < 0.5), later, visit)
    code = np.array([CRM_SOURCES.index(_SOURCE_OF_CHANNEL[origin.channel]) for origin in sources])
    names = ["", *campaign_names]
    columns: dict[str, object] = {}
    for prefix, chosen in (("original", original), ("latest", latest)):
        seen = chosen != NONE
        columns[f"{prefix}_source"] = category(np.where(seen, code[visits.origin[chosen]], OFFLINE), CRM_SOURCES)
        columns[f"{prefix}_campaign"] = category(np.where(seen, visits.campaign[chosen] + 1, 0), names)
    columns["latest_source_at"] = instants(np.where(latest != NONE, visits.start[latest], created))
    order = ("original_source", "original_campaign", "latest_source", "latest_source_at", "latest_campaign")
    return {name: columns[name] for name in order}
