"""What ad platforms claim as their own doing: orders and leads after a click or, at Meta, after a mere view."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sandbox.world.campaigns import AD_ACCOUNTS, AD_ZONES, META, Campaigns
from sandbox.world.clock import DAY, HOUR, SECOND, Clock, Ints
from sandbox.world.delivery import Delivery
from sandbox.world.draw import CENT, category, days, instants
from sandbox.world.journeys import Journeys
from sandbox.world.model import COUNTRIES, DEVICES
from sandbox.world.money import Rates
from sandbox.world.traffic import NONE, Visits
from sandbox.world.words import ids

CLICK_WINDOW = (20 * DAY, 7 * DAY)  # Google, Meta: from click to conversion
LATEST_REPORT = 25  # days after the click day
VIEW_SHARE = 0.10  # of conversions without a Meta click, claimed for a view of the day before


@dataclass(frozen=True)
class Conversions:
    """What happened: `value` in SEK micros incl. VAT; `order` or `contact`: its id as a number, NONE for the other."""

    person: Ints
    at: Ints
    value: Ints
    order: Ints
    contact: Ints


def build_claims(
    clock: Clock,
    campaigns: Campaigns,
    delivery: Delivery,
    visits: Visits,
    journeys: Journeys,
    rates: Rates,
    conversions: Conversions,
    draw: np.random.Generator,
) -> pd.DataFrame:
    is_ad = visits.delivery != NONE
    is_meta = is_ad & (delivery.account[visits.delivery] == META)
    parts = []
    for chosen, window in ((is_ad & ~is_meta, CLICK_WINDOW[0]), (is_meta, CLICK_WINDOW[1])):
        click = journeys.last_of(chosen, conversions.person, conversions.at)
        is_claimed = (click != NONE) & (conversions.at - visits.start[click] <= window)
        parts.append((np.flatnonzero(is_claimed), visits.delivery[click[is_claimed]]))
    viewed, shown = _views(conversions, parts[1][0], delivery, draw)
    parts.append((viewed, shown))
    what = np.concatenate([part[0] for part in parts])
    row = np.concatenate([part[1] for part in parts])
    return _table(clock, campaigns, delivery, rates, conversions, what, row, draw)


def _views(conversions: Conversions, clicked: Ints, delivery: Delivery, draw: np.random.Generator) -> tuple[Ints, Ints]:
    """Conversions and rows of Meta's delivery on the day before; any campaign may have been seen."""
    free = np.ones(len(conversions.at), dtype=bool)
    free[clicked] = False
    what = np.flatnonzero(free & (draw.random(len(free)) < VIEW_SHARE))
    meta = np.flatnonzero(delivery.account == META)
    day = conversions.at[what] // DAY - 1
    first = np.searchsorted(delivery.day[meta], day, side="left")
    after = np.searchsorted(delivery.day[meta], day, side="right")
    row = meta[np.minimum(first + (draw.random(len(what)) * (after - first)).astype(np.int64), len(meta) - 1)]
    seen = after > first
    return what[seen], row[seen]


def _table(
    clock: Clock,
    campaigns: Campaigns,
    delivery: Delivery,
    rates: Rates,
    conversions: Conversions,
    what: Ints,
    row: Ints,
    draw: np.random.Generator,
) -> pd.DataFrame:
    campaign, account = delivery.campaign[row], delivery.account[row]
    click_day = delivery.day[row]
    at = conversions.at[what]
    # Half of the claims come within hours, the others over days; none later than 25 days after the click day.
    delay = np.where(
        draw.random(len(at)) < 0.5, draw.exponential(4 * HOUR, len(at)), draw.exponential(4 * DAY, len(at))
    )
    latest = np.empty(len(at), dtype=np.int64)
    for code, zone in enumerate(AD_ZONES):
        mine = account == code
        latest[mine] = clock.calendar(zone).instant(click_day[mine] + LATEST_REPORT, np.full(mine.sum(), 0.99))
    reported = np.minimum(at + delay.astype(np.int64) // SECOND * SECOND, np.maximum(latest, at))
    value = rates.from_sek(conversions.value[what], account, at // DAY) // CENT * CENT
    by_time = np.lexsort((account, at))
    table = pd.DataFrame(
        {
            "platform": category(account == META, ("google_ads", "meta_ads")),
            "account_id": category(account, AD_ACCOUNTS),
            "campaign_id": category(campaign, campaigns.campaign_ids),
            "ad_id": category(campaigns.leaves[delivery.leaf[row], 2] + 1, ["", *campaigns.ad_ids]),
            "country": category(delivery.country[row], COUNTRIES),
            "device": category(delivery.device[row], DEVICES),
            "action": category(conversions.order[what] == NONE, ("purchase", "lead")),
            "click_date": days(click_day),
            "converted_at": instants(at),
            "reported_at": instants(reported),
            "order_id": ids(conversions.order[what], conversions.order[what] == NONE),
            "contact_id": ids(conversions.contact[what], conversions.contact[what] == NONE),
            "value_micros": value,
        }
    )
    return table.iloc[by_time].reset_index(drop=True)
