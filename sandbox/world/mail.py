"""Mailing lists: members, weekly sends, and what every recipient did."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from sandbox.world.clock import COMPANY_ZONE, DAY, EPOCH, HOUR, MINUTE, NEVER, SECOND, Clock, Ints
from sandbox.world.draw import Draws, category, instants
from sandbox.world.people import FIRST_PERSON, People
from sandbox.world.sizes import Size
from sandbox.world.traffic import EMAIL, Visits
from sandbox.world.words import capitalised, ids, text

LISTS = ("a1c04e77b2", "f93d5581c6")  # consumers, business
FIRST_MEMBER = 500_001
FIRST_CAMPAIGN = 700_001
_WEEKDAYS_OF_SENDS = (1, 3)  # Tuesday: consumers; every second Thursday: business


@dataclass(frozen=True)
class Mail:
    tables: dict[str, pd.DataFrame]
    members: Ints  # people by position
    names: list[str]  # of sends
    clicks: tuple[Ints, Ints, Ints]  # send, person, instant of every human click


@dataclass
class _Members:
    person: Ints
    joined: Ints
    left: Ints
    is_cleaned: npt.NDArray[np.bool_]
    which_list: Ints


def build_mail(size: Size, clock: Clock, people: People, signups: Visits, draws: Draws) -> Mail:
    """`signups`: visits with the newsletter form, by time."""
    members = _join(size, clock, people, signups, draws["mail_members"])
    sends = _sends(clock)
    draw = draws["mail_recipients"]
    parts = [_send(number, at, which, members, people, draw) for number, (at, which, _) in enumerate(sends)]
    send, member, status, opened, machine, clicked, left, complained = (
        np.concatenate(column) for column in zip(*parts, strict=True)
    )
    opened, machine, clicked, left, complained = (
        clock.happened(instant) for instant in (opened, machine, clicked, left, complained)
    )
    names = [name for *_, name in sends]
    campaign_ids = list(pd.Series(ids(FIRST_CAMPAIGN + np.arange(len(sends)))))
    recipients = pd.DataFrame(
        {
            "campaign_id": category(send, campaign_ids),
            "member_no": ids(FIRST_MEMBER + member),
            "status": category(status, ("sent", "hard", "soft")),
            "opened_at": instants(opened),
            "machine_opened_at": instants(machine),
            "clicked_at": instants(clicked),
            "unsubscribed_at": instants(left),
            "complained_at": instants(complained),
        }
    )
    campaigns = pd.DataFrame(
        {
            "campaign_id": pd.Series(campaign_ids, dtype="str"),
            "list_id": category([which for _, which, _ in sends], LISTS),
            "name": pd.Series(names, dtype="str"),
            "subject": pd.Series([f"{name}: nytt i butiken" for name in names], dtype="str"),
            "sent_at": instants(np.array([at for at, *_ in sends], dtype=np.int64)),
        }
    )
    has_clicked = clicked != NEVER
    return Mail(
        tables={
            "mail_members": _member_table(members, clock, people),
            "mail_campaigns": campaigns,
            "mail_recipients": recipients,
        },
        members=members.person,
        names=names,
        clicks=(send[has_clicked], members.person[member[has_clicked]], clicked[has_clicked]),
    )


def mail_visits(mail: Mail, people: People, ad_campaigns: int, clock: Clock, draw: np.random.Generator) -> Visits:
    """Nearly every human click opens a visit some seconds later."""
    send, person, clicked = mail.clicks
    start = clicked // SECOND * SECOND + draw.integers(1, 8, len(clicked)) * SECOND
    arrives = (draw.random(len(start)) < 0.95) & (start <= clock.as_of)
    return Visits.of(
        start=start[arrives],
        origin=np.full(arrives.sum(), EMAIL),
        country=people.country[person[arrives]],
        device=people.device[person[arrives]],
        campaign=ad_campaigns + send[arrives],
        person=person[arrives],
    )


def _join(size: Size, clock: Clock, people: People, signups: Visits, draw: np.random.Generator) -> _Members:
    """The members of the first day, all of them veterans, and then each person's first sign-up."""
    first = np.arange(min(size.first_members, people.veterans))
    person, once = np.unique(signups.person, return_index=True)
    once = np.sort(once[person >= len(first)])
    joined = signups.start[once] + draw.integers(10, 300, len(once)) * SECOND
    once, joined = once[joined <= clock.as_of], joined[joined <= clock.as_of]
    members = np.concatenate([first, signups.person[once]])
    before = clock.start - draw.integers(1, 300 * 24 * 60, len(first)) * MINUTE
    return _Members(
        person=members,
        joined=np.concatenate([before, joined]),
        left=np.full(len(members), NEVER),
        is_cleaned=np.zeros(len(members), dtype=bool),
        which_list=(people.is_business[members] & (draw.random(len(members)) < 0.7)).astype(np.int64),
    )


def _sends(clock: Clock) -> list[tuple[int, int, str]]:
    """Instant, list and name. The night sale of each month leaves just after midnight of the company's day."""
    found = []
    for day in clock.days():
        date = EPOCH + pd.Timedelta(days=int(day)).to_pytimedelta()
        year, week, weekday = date.isocalendar()
        if weekday - 1 == _WEEKDAYS_OF_SENDS[0]:
            found.append((day, 8.5 / 24, 0, f"Nyhetsbrev v{week:02d} {year}"))
        elif weekday - 1 == _WEEKDAYS_OF_SENDS[1] and week % 2 == 0:
            found.append((day, 10 / 24, 1, f"Företagsbrev v{week:02d} {year}"))
        if date.day == 24:
            found.append((day, 0.25 / 24, 0, f"Nattrea {date:%Y-%m}"))
    company = clock.calendar(COMPANY_ZONE)
    sends = [
        (int(company.instant(np.array([day]), np.array([share]))[0]), which, name) for day, share, which, name in found
    ]
    return [send for send in sorted(sends) if send[0] <= clock.as_of]


def _send(
    number: int, sent_at: int, which: int, members: _Members, people: People, draw: np.random.Generator
) -> tuple[Ints, ...]:
    """One send to the members of that moment; those who leave, complain or bounce hard get no further ones."""
    is_member = (members.joined <= sent_at) & ((members.left == NEVER) | (members.left > sent_at))
    to = np.flatnonzero(is_member & ~members.is_cleaned & (members.which_list == which))
    count = len(to)
    chance = draw.random(count)
    status = np.select([chance < 0.002, chance < 0.009], [1, 2], 0)
    arrived = status == 0
    opens = arrived & (draw.random(count) < 0.24)
    opened = np.where(opens, sent_at + (draw.exponential(9 * HOUR, count)).astype(np.int64) + MINUTE, NEVER)
    machine = arrived & people.is_machine_opener[members.person[to]] & (draw.random(count) < 0.92)
    machine_opened = np.where(machine, sent_at + draw.integers(MINUTE, 3 * HOUR, count), NEVER)
    clicks = opens & (draw.random(count) < 0.13)
    clicked = np.where(clicks, opened + draw.integers(5 * SECOND, 20 * MINUTE, count), NEVER)
    leaves = opens & (draw.random(count) < 0.008) & (members.left[to] == NEVER)
    complains = opens & ~leaves & (draw.random(count) < 0.002) & (members.left[to] == NEVER)
    gone = opened + draw.integers(5 * SECOND, 2 * DAY, count)
    members.left[to[leaves | complains]] = gone[leaves | complains]
    members.is_cleaned[to[status == 1]] = True
    return (
        np.full(count, number),
        to,
        status,
        opened,
        machine_opened,
        clicked,
        np.where(leaves, gone, NEVER),
        np.where(complains, gone, NEVER),
    )


def _member_table(members: _Members, clock: Clock, people: People) -> pd.DataFrame:
    emails = people.emails(members.person)
    # Some typed their address with a capital letter.
    emails = capitalised(emails, np.arange(len(members.person)) % 11 == 0)
    return pd.DataFrame(
        {
            "member_no": ids(FIRST_MEMBER + np.arange(len(members.person))),
            "person_id": ids(FIRST_PERSON + members.person),
            "list_id": category(members.which_list, LISTS),
            "email": text(emails),
            "joined_at": instants(members.joined),
            "left_at": instants(clock.happened(members.left)),
        }
    )
