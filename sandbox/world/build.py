"""Builds a world, step by step in the order in which one thing causes the next."""

from datetime import date, datetime

import numpy as np

from sandbox.world.books import build_books, build_brand_panel, build_target_segment
from sandbox.world.campaigns import build_campaigns
from sandbox.world.claims import Conversions, build_claims
from sandbox.world.clock import HOUR, Clock, day_number, micros
from sandbox.world.contacts import FIRST_CONTACT, build_contacts, form_visits
from sandbox.world.contracts import build_subscriptions
from sandbox.world.deals import build_ripening
from sandbox.world.delivery import build_delivery
from sandbox.world.draw import Draws, choose
from sandbox.world.heads import FIRST_ORDER
from sandbox.world.journeys import Journeys
from sandbox.world.mail import build_mail, mail_visits
from sandbox.world.model import Company, World
from sandbox.world.money import build_costs, build_rates
from sandbox.world.orders import build_orders
from sandbox.world.people import build_people
from sandbox.world.plans import build_plans
from sandbox.world.products import build_products
from sandbox.world.reviews import build_reviews
from sandbox.world.search import build_search
from sandbox.world.sessions import build_sessions
from sandbox.world.sizes import SIZES
from sandbox.world.social import build_social
from sandbox.world.surveys import build_surveys
from sandbox.world.traffic import NONE, Visits, build_traffic, origins


def build_world(size: str, months: int, seed: int, as_of: datetime) -> World:
    """The truth of `sandbox/README.md`: from `months` months before the month of `as_of` (an instant) up to it."""
    scale, company = SIZES[size], Company()
    start = history_start(as_of, months)
    clock = Clock(day_number(start), micros(as_of))
    draws = Draws(seed)
    sources = origins(scale)
    draw = draws["sessions"]

    campaigns = build_campaigns(scale, clock, draws)
    delivery = build_delivery(scale, clock, campaigns, draws)
    visits = build_traffic(scale, clock, campaigns, delivery, draw)
    people, visits = build_people(scale, visits, draws["people"])

    can_sign_up = (visits.start < clock.as_of - HOUR).astype(np.float64)
    signups = choose(draw, can_sign_up, scale.newsletter_forms * clock.months)
    mail = build_mail(scale, clock, people, visits.take(signups), draws)
    mailed = mail_visits(mail, people, len(campaigns.names), clock, draws["mail_recipients"])
    names = [*campaigns.names, *mail.names]

    # Mail visits take their places in time; the sign-ups keep theirs by position.
    together = Visits.together(visits, mailed)
    by_time = np.argsort(together.start, kind="stable")
    place = np.empty(len(by_time), dtype=np.int64)
    place[by_time] = np.arange(len(by_time))
    visits, signups = together.take(by_time), place[signups]
    journeys = Journeys.over(visits)

    forms = form_visits(scale, clock, people, visits, sources, draws["contacts"])
    is_engaged = draw.random(len(visits)) < np.array([origin.engaged for origin in sources])[visits.origin]
    is_engaged[forms] = is_engaged[signups] = True

    products = build_products(scale, draws["products"])
    orders = build_orders(
        scale, clock, company, people, visits, journeys, campaigns, mail.names, sources, products, is_engaged, draws
    )
    sessions = build_sessions(scale, clock, people, visits, sources, names, is_engaged, forms, signups, orders, draw)
    contacts = build_contacts(scale, clock, people, visits, journeys, forms, signups, sources, names, draws)
    rates = build_rates(clock, draws["fx_rates"])
    web = np.flatnonzero(orders.heads.visit != NONE)
    leads = np.flatnonzero(contacts.is_form)
    conversions = Conversions(
        person=np.concatenate([orders.heads.person[web], contacts.person[leads]]),
        at=np.concatenate([orders.heads.created[web], contacts.created[leads]]),
        value=np.concatenate([orders.total[web], np.zeros(len(leads), dtype=np.int64)]),
        order=np.concatenate([FIRST_ORDER + web, np.full(len(leads), NONE)]),
        contact=np.concatenate([np.full(len(web), NONE), FIRST_CONTACT + leads]),
    )
    tables = {
        **campaigns.tables,
        **delivery.tables,
        "claims": build_claims(clock, campaigns, delivery, visits, journeys, rates, conversions, draws["claims"]),
        "people": people.table(mail.members),
        "sessions": sessions,
        "products": products.table,
        **orders.tables,
        "contacts": contacts.table,
        **build_ripening(clock, contacts, draws),
        **mail.tables,
        **build_social(scale, clock, draws),
        "survey_answers": build_surveys(clock, orders, draws["survey_answers"]),
        "fx_rates": rates.table,
        "costs": build_costs(scale, clock, draws["costs"]),
        "book_figures": build_books(scale, clock, draws["book_figures"]),
        "brand_panel": build_brand_panel(clock, draws["brand_panel"]),
        "target_segment": build_target_segment(scale, clock),
        "search_days": build_search(scale, clock, draws["search_days"]),
    }
    tables |= build_plans(clock, campaigns, delivery, draws["budgets"])
    tables["subscriptions"] = build_subscriptions(clock, orders.tables["customers"], draws["subscriptions"])
    tables["reviews"] = build_reviews(clock, orders, draws["reviews"])
    return World(tables, size, months, seed, as_of, start, company)


def history_start(as_of: datetime, months: int) -> date:
    """The first day of the month that lies `months` months before the month of `as_of`."""
    number = as_of.year * 12 + as_of.month - 1 - months
    return date(number // 12, number % 12 + 1, 1)
