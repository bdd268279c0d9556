"""How contacts ripen: stages, companies, deals and their stages."""

import numpy as np
import pandas as pd

from sandbox.world.clock import DAY, HOUR, NEVER, SECOND, Clock, Ints
from sandbox.world.contacts import FIRST_CONTACT, Contacts
from sandbox.world.draw import Draws, category, cents, instants
from sandbox.world.model import COUNTRIES
from sandbox.world.traffic import NONE
from sandbox.world.words import digits, ids, joined, text

STAGES = ("subscriber", "lead", "marketingqualifiedlead", "salesqualifiedlead", "opportunity", "customer")
SUBSCRIBER, LEAD, MQL, SQL, OPPORTUNITY, CUSTOMER = range(6)
DEAL_STAGES = (
    "appointmentscheduled",
    "qualifiedtobuy",
    "presentationscheduled",
    "contractsent",
    "closedwon",
    "closedlost",
)
PIPELINES = ("default", "partners")
FIRST_COMPANY = 4_000_000
FIRST_DEAL = 9_000_001


def _wait(draw: np.random.Generator, count: int, days: float) -> Ints:
    """Waiting times in whole seconds, many short and some long."""
    return (draw.gamma(1.2, days / 1.2, count) * DAY / SECOND).astype(np.int64) * SECOND + HOUR


def build_ripening(clock: Clock, contacts: Contacts, draws: Draws) -> dict[str, pd.DataFrame]:
    """`contact_stages`, `companies`, `deals`, `deal_stages`; nothing later than `as_of`."""
    draw = draws["contact_stages"]
    count = len(contacts)
    entered = np.full((count, len(STAGES)), NEVER)
    entered[:, SUBSCRIBER] = np.where(contacts.is_subscriber, contacts.created, NEVER)
    # One in fifty has no stage at all; a third of the subscribers becomes a lead later.
    is_blank = ~contacts.is_subscriber & (draw.random(count) < 0.02)
    ripens = contacts.is_subscriber & (draw.random(count) < 0.3)
    entered[:, LEAD] = np.select(
        [contacts.is_subscriber & ripens, ~contacts.is_subscriber & ~is_blank],
        [contacts.created + _wait(draw, count, 25), contacts.created],
        NEVER,
    )
    chance = {MQL: 0.42, SQL: 0.45, OPPORTUNITY: 0.6}
    patience = {MQL: 14.0, SQL: 9.0, OPPORTUNITY: 12.0}
    quality = np.where(contacts.company != NONE, 1.35, 0.7)
    for stage in (MQL, SQL, OPPORTUNITY):
        before = entered[:, stage - 1]
        goes_on = (before != NEVER) & (draw.random(count) < chance[stage] * quality)
        entered[:, stage] = np.where(goes_on, before + _wait(draw, count, patience[stage]), NEVER)
    deals, deal_stages, won = _deals(clock, contacts, entered[:, OPPORTUNITY], draws)
    entered[:, CUSTOMER] = won
    # A few SQLs and opportunities never passed the stage before.
    for stage in (LEAD, MQL, SQL):
        skipped = (entered[:, stage + 1] != NEVER) & (draw.random(count) < (0.0 if stage == LEAD else 0.06))
        entered[skipped, stage] = NEVER
    return {
        "contact_stages": _stage_table(clock, entered, draw),
        "companies": _companies(clock, contacts, draws["companies"]),
        "deals": deals,
        "deal_stages": deal_stages,
    }


def _stage_table(clock: Clock, entered: Ints, draw: np.random.Generator) -> pd.DataFrame:
    contact, stage = np.nonzero(entered != NEVER)
    at = entered[contact, stage]
    # Some MQLs are sent back to lead and qualify again.
    again = (stage == MQL) & (draw.random(len(stage)) < 0.07)
    back_at = at[again] + _wait(draw, int(again.sum()), 10)
    again_at = back_at + _wait(draw, int(again.sum()), 20)
    contact = np.concatenate([contact, contact[again], contact[again]])
    stage = np.concatenate([stage, np.full(again.sum(), LEAD), np.full(again.sum(), MQL)])
    at = np.concatenate([at, back_at, again_at])
    rows = np.flatnonzero(at <= clock.as_of)
    rows = rows[np.lexsort((at[rows], contact[rows]))]
    return pd.DataFrame(
        {
            "contact_id": ids(FIRST_CONTACT + contact[rows]),
            "stage": category(stage[rows], STAGES),
            "entered_at": instants(at[rows]),
        }
    )


def _companies(clock: Clock, contacts: Contacts, draw: np.random.Generator) -> pd.DataFrame:
    """The firms of the contacts, each as old as its first contact."""
    works = contacts.company != NONE
    firm, first = np.unique(contacts.company[works], return_index=True)
    # The name agrees with the firm's addresses: info@companyNN.example.com.
    names = joined("Company ", digits(firm, 2))
    created = contacts.created[works][first] + draw.integers(0, 60, len(firm)) * SECOND
    return pd.DataFrame(
        {
            "company_id": ids(FIRST_COMPANY + firm),
            "name": text(names),
            "country": category(contacts.country[works][first], COUNTRIES),
            "created_at": instants(np.minimum(created, clock.as_of)),
        }
    )


def _deals(
    clock: Clock, contacts: Contacts, opportunity: Ints, draws: Draws
) -> tuple[pd.DataFrame, pd.DataFrame, Ints]:
    """A deal per opportunity of a contact that stayed; and when each contact's was won."""
    draw = draws["deals"]
    stays = ~contacts.is_gone & ~contacts.is_loser
    contact = np.flatnonzero((opportunity != NEVER) & (opportunity <= clock.as_of) & stays)
    contact = contact[np.argsort(opportunity[contact], kind="stable")]
    count = len(contact)
    created = opportunity[contact]
    steps = np.full((count, len(DEAL_STAGES)), NEVER)
    steps[:, 0] = created
    going = np.ones(count, dtype=bool)
    last = created
    for stage in (1, 2, 3):
        going &= draw.random(count) < 0.85
        last = np.where(going, last + _wait(draw, count, 6), last)
        steps[:, stage] = np.where(going, last, NEVER)
    is_won = going & (draw.random(count) < 0.75)
    is_open = draw.random(count) < 0.08
    closed = np.where(is_open, NEVER, last + _wait(draw, count, 10))
    closed = clock.happened(closed)
    is_won &= closed != NEVER
    steps[:, 4] = np.where(is_won, closed, NEVER)
    steps[:, 5] = np.where(is_won, NEVER, closed)
    currency = np.where(np.isin(contacts.country[contact], (3, 4)), 1, np.where(draw.random(count) < 0.07, 2, 0))
    amount = np.exp(draw.normal(10.2, 0.7, count)) / np.array([1.0, 11.3, 10.4])[currency]
    company = contacts.company[contact]
    deals = pd.DataFrame(
        {
            "deal_id": ids(FIRST_DEAL + np.arange(count)),
            "contact_id": ids(FIRST_CONTACT + contact),
            "company_id": ids(FIRST_COMPANY + company, company == NONE),
            "pipeline": category((draw.random(count) < 0.15), PIPELINES),
            "created_at": instants(created),
            "amount_micros": cents(np.round(amount, -1)),
            "currency": category(currency, ("SEK", "EUR", "USD")),
            "closed_at": instants(closed),
            "is_won": is_won,
        }
    )
    deal, stage = np.nonzero((steps != NEVER) & (steps <= clock.as_of))
    deal_stages = pd.DataFrame(
        {
            "deal_id": ids(FIRST_DEAL + deal),
            "stage": category(stage, DEAL_STAGES),
            "entered_at": instants(steps[deal, stage]),
        }
    )
    won = np.full(len(contacts), NEVER)
    won[contact[is_won]] = closed[is_won]
    return deals, deal_stages, won
