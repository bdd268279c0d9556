"""Orders of the web shop, the till and the sales desk; their customers; what they say about the visits before."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from sandbox.world.campaigns import Campaigns
from sandbox.world.clock import DAY, HOUR, NEVER, SECOND, Clock, Ints
from sandbox.world.customers import build_customers
from sandbox.world.draw import Draws, category, instants
from sandbox.world.heads import DRAFT, FIRST_ORDER, POS, WEB, Heads, build_heads
from sandbox.world.journeys import LOOK_BACK, Journeys
from sandbox.world.lines import Lines, build_lines
from sandbox.world.model import COUNTRIES, Company
from sandbox.world.people import FIRST_PERSON, People
from sandbox.world.products import Products
from sandbox.world.sizes import Size
from sandbox.world.traffic import NONE, Origin, Visits
from sandbox.world.words import digits, ids, joined, text

SOURCES = ("web", "pos", "shopify_draft_order")
JOURNEYS = ("known", "not_ready", "null")
CURRENCIES = ("SEK", "EUR", "USD")


@dataclass(frozen=True)
class Orders:
    tables: dict[str, pd.DataFrame]
    heads: Heads
    lines: Lines
    total: Ints  # micros incl. VAT and shipping
    is_counted: npt.NDArray[np.bool_]  # paid, no test, no draft, not cancelled


def build_orders(
    size: Size,
    clock: Clock,
    company: Company,
    people: People,
    visits: Visits,
    journeys: Journeys,
    campaigns: Campaigns,
    mail_names: list[str],
    sources: list[Origin],
    products: Products,
    is_engaged: npt.NDArray[np.bool_],
    draws: Draws,
) -> Orders:
    draw = draws["orders"]
    heads = build_heads(size, clock, people, visits, sources, is_engaged, draw)
    count = len(heads)
    paid, partial, cancelled = _payment(heads, draw)
    customers = build_customers(people, heads.person, heads.created, heads.is_test, draws["customers"])
    lines = build_lines(size, company, products, heads, draws["order_lines"])
    is_paid = (paid != NEVER) & (paid <= clock.as_of)
    refunds = lines.refunds(heads, np.where(is_paid, paid, NEVER), cancelled, clock, draws["refunds"])
    shipping = np.where((heads.source == WEB) & (lines.total < 599 * 1_000_000) & lines.has_goods, 49 * 1_000_000, 0)
    dollars = draw.random(count) < 0.01
    abroad = np.isin(heads.country, (COUNTRIES.index("FI"), COUNTRIES.index("DE")))
    table = pd.DataFrame(
        {
            "order_id": ids(FIRST_ORDER + np.arange(count)),
            "name": text(joined("#", digits(1001 + np.arange(count)))),
            "customer_id": ids(customers.number, customers.number == NONE),
            "person_id": ids(FIRST_PERSON + heads.person, heads.person == NONE),
            "created_at": instants(heads.created),
            "paid_at": instants(clock.happened(paid)),
            "partially_paid_at": instants(clock.happened(partial)),
            "cancelled_at": instants(clock.happened(cancelled)),
            "is_test": heads.is_test,
            "is_draft": heads.source == DRAFT,
            "source_name": category(heads.source, SOURCES),
            "country": category(heads.country, COUNTRIES),
            "presentment_currency": category(np.select([dollars, abroad], [2, 1], 0), CURRENCIES),
            "shipping_micros": shipping,
            **_journey(heads, visits, journeys, [*campaigns.names, *mail_names], sources, draw),
        }
    )
    tables = {"customers": customers.table, "orders": table, "order_lines": lines.table, "refunds": refunds}
    is_cancelled = (cancelled != NEVER) & (cancelled <= clock.as_of)
    is_counted = is_paid & ~is_cancelled & ~heads.is_test & (heads.source != DRAFT)
    return Orders(tables, heads, lines, lines.total + shipping, is_counted)


def _payment(heads: Heads, draw: np.random.Generator) -> tuple[Ints, Ints, Ints]:
    """Instants of payment in full and in part, and of cancelling; they may lie after `as_of`."""
    count = len(heads)
    created, chance = heads.created, draw.random(count)
    at_once = created + draw.integers(5, 180, count) * SECOND
    invoice = created + draw.integers(1 * DAY // SECOND, 21 * DAY // SECOND, count) * SECOND
    paid = np.select([chance < 0.86, chance < 0.96], [at_once, invoice], NEVER)
    paid = np.where(heads.source == POS, created, paid)
    in_part = (paid == NEVER) | (chance > 0.95)
    in_part &= (draw.random(count) < 0.35) & (heads.source != POS)
    partial = np.where(in_part, created + draw.integers(60, 20 * HOUR // SECOND, count) * SECOND, NEVER)
    late_rest = in_part & (paid != NEVER)
    paid = np.where(late_rest, np.maximum(paid, partial + HOUR), paid)
    is_cancelled = (draw.random(count) < np.where(paid == NEVER, 0.45, 0.022)) & (heads.source != POS)
    cancelled = np.where(is_cancelled, created + draw.integers(600, 4 * DAY // SECOND, count) * SECOND, NEVER)
    # An order that is cancelled before the invoice is paid is never paid.
    paid = np.where(is_cancelled & (paid > cancelled), NEVER, paid)
    return paid, partial, cancelled


def _journey(
    heads: Heads,
    visits: Visits,
    journeys: Journeys,
    campaign_names: list[str],
    sources: list[Origin],
    draw: np.random.Generator,
) -> dict[str, object]:
    """The shop's journey columns: what it saw of the visits in the 30 days before, or since the order before."""
    count = len(heads)
    is_web = heads.visit != NONE
    chance = draw.random(count)
    status = np.where(is_web, np.select([chance < 0.87, chance < 0.95], [0, 1], 2), 2)
    last = np.where(is_web, journeys.last(heads.person, heads.created), NONE)
    since = np.maximum(heads.created - LOOK_BACK, _order_before(heads) + SECOND)
    since = np.where(is_web, np.minimum(since, visits.start[last]), 0)
    first = np.where(is_web, journeys.first(heads.person, since), NONE)
    columns: dict[str, object] = {"journey": category(status, JOURNEYS)}
    names = ["", *campaign_names]
    visit_sources = sorted({origin.visit_source for origin in sources} | {""})
    visit_mediums = sorted({origin.visit_medium for origin in sources} | {""})
    source_code = np.array([visit_sources.index(origin.visit_source) for origin in sources])
    medium_code = np.array([visit_mediums.index(origin.visit_medium) for origin in sources])
    for prefix, visit in (("first", first), ("last", last)):
        seen = (status != 2) & (visit != NONE)
        origin = visits.origin[visit]
        columns[f"{prefix}_visit_at"] = instants(np.where(seen, visits.start[visit], NEVER))
        columns[f"{prefix}_source"] = category(
            np.where(seen, source_code[origin], visit_sources.index("")), visit_sources
        )
        columns[f"{prefix}_medium"] = category(
            np.where(seen, medium_code[origin], visit_mediums.index("")), visit_mediums
        )
        columns[f"{prefix}_campaign"] = category(np.where(seen, visits.campaign[visit] + 1, 0), names)
    return columns


def _order_before(heads: Heads) -> Ints:
    """The instant of the same person's web order before, or a very early one."""
    order = np.lexsort((heads.created, heads.person))
    order = order[heads.visit[order] != NONE]
    before = np.full(len(heads), NEVER // 2)
    same = heads.person[order[1:]] == heads.person[order[:-1]]
    before[order[1:][same]] = heads.created[order[:-1][same]]
    return before
