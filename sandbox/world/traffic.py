"""Where visits come from, and the visits of a history before anybody knows who paid them."""

from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from sandbox.world.campaigns import AD_ZONES, TYPES, Campaigns
from sandbox.world.clock import Clock, Ints, demand, time_of_day
from sandbox.world.delivery import PAID_SHARE, SESSIONS_PER_CLICK, Delivery
from sandbox.world.draw import pick, zipf
from sandbox.world.model import COUNTRY_WEIGHTS, DEVICE_WEIGHTS
from sandbox.world.sizes import Size

NONE = -1


@dataclass(frozen=True)
class Origin:
    """A channel with its source and medium.

    `buys`: chance to buy against the average. `new`: share of visits by people never seen before. `visit_source`,
    `visit_medium`: the same visit as the shop saw it, where a medium is known by UTM parameter only.
    """

    channel_group: str
    channel: str
    source: str
    medium: str
    weight: float  # of the unpaid, unmailed visits
    engaged: float
    buys: float
    new: float
    visit_source: str
    visit_medium: str


_PAID_MEDIUM = {False: ("google", "cpc"), True: ("facebook", "paid_social")}
_PAID_QUALITY = {  # engaged, buys, new
    "SEARCH": (0.66, 1.5, 0.40),
    "PERFORMANCE_MAX": (0.58, 1.2, 0.45),
    "SHOPPING": (0.62, 1.6, 0.42),
    "DISPLAY": (0.40, 0.4, 0.55),
    "VIDEO": (0.42, 0.4, 0.55),
    "OUTCOME_SALES": (0.50, 0.9, 0.45),
    "OUTCOME_LEADS": (0.52, 0.5, 0.45),
    "OUTCOME_AWARENESS": (0.36, 0.3, 0.60),
}
_REFERRERS = ("prisjakt.nu", "pricerunner.se", "inredningsbloggen.example", "partner.example")


def origins(size: Size) -> list[Origin]:
    """One per campaign type (same position), the newsletter next, then all that come unpaid."""
    paid = [
        Origin(
            kind.channel_group,
            kind.channel,
            *_PAID_MEDIUM[kind.is_meta],
            0.0,
            *_PAID_QUALITY[kind.name],
            *_PAID_MEDIUM[kind.is_meta],
        )
        for kind in TYPES
    ]
    unpaid = [
        Origin("Email", "email", "newsletter", "email", 0.0, 0.70, 1.5, 0.0, "newsletter", "email"),
        Origin("Direct", "direct", "(direct)", "(none)", 0.30, 0.60, 1.3, 0.22, "direct", ""),
        Origin("Organic Search", "organic_search", "google", "organic", 0.38, 0.62, 1.1, 0.36, "google", ""),
        Origin("Organic Search", "organic_search", "bing", "organic", 0.04, 0.60, 1.0, 0.36, "Bing", ""),
        Origin("Organic Search", "organic_search", "duckduckgo", "organic", 0.02, 0.60, 1.0, 0.36, "duckduckgo", ""),
        Origin("Organic Social", "organic_social", "facebook", "social", 0.05, 0.45, 0.5, 0.40, "facebook", "social"),
        Origin("Organic Social", "organic_social", "instagram", "social", 0.06, 0.45, 0.5, 0.40, "instagram", "social"),
        Origin("Organic Video", "organic_video", "youtube.com", "referral", 0.01, 0.45, 0.4, 0.40, "youtube.com", ""),
        Origin("Organic Shopping", "organic_shopping", "google", "shopping_free", 0.02, 0.60, 1.2, 0.40, "google", ""),
        Origin("Unassigned", "unknown", "(not set)", "(not set)", 0.015, 0.50, 0.8, 0.30, "", ""),
    ]
    # Every second site tags its links; of the others the shop knows the name only.
    tags = ("referral", "")
    names = [*_REFERRERS, *(f"site{number:03d}.example" for number in range(size.referrers))][: size.referrers]
    weights = 0.09 * zipf(len(names), size.steepness) / zipf(len(names), size.steepness).sum()
    referrals = [
        Origin("Referral", "referral", name, "referral", float(weight), 0.58, 1.0, 0.42, name, tags[turn % 2])
        for turn, (name, weight) in enumerate(zip(names, weights, strict=True))
    ]
    return paid + unpaid + referrals


EMAIL = len(TYPES)  # position of the newsletter among the origins
DIRECT = EMAIL + 1


@dataclass(frozen=True)
class Visits:
    """Visits as arrays. `campaign`: position among ad campaigns, or beyond them among mailings, or NONE; `delivery`:
    row of `ad_delivery` whose click it was, or NONE; `person`: position, NONE if not known yet.
    """

    start: Ints
    origin: Ints
    country: Ints
    device: Ints
    campaign: Ints
    delivery: Ints
    person: Ints

    @staticmethod
    def of(
        start: Ints,
        origin: Ints,
        country: Ints,
        device: Ints,
        campaign: Ints | None = None,
        delivery: Ints | None = None,
        person: Ints | None = None,
    ) -> "Visits":
        """Visits in the narrow types: a world of size `demo` has five million."""
        none = np.full(len(start), NONE, dtype=np.int32)
        return Visits(
            start,
            origin.astype(np.int16),
            country.astype(np.int8),
            device.astype(np.int8),
            none if campaign is None else campaign.astype(np.int32),
            none if delivery is None else delivery.astype(np.int32),
            none if person is None else person.astype(np.int32),
        )

    def __len__(self) -> int:
        return len(self.start)

    def take(self, rows: npt.NDArray[np.generic]) -> "Visits":
        return Visits(*(getattr(self, field.name)[rows] for field in fields(self)))

    @staticmethod
    def together(*parts: "Visits") -> "Visits":
        return Visits(*(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(Visits)))


def build_traffic(
    size: Size, clock: Clock, campaigns: Campaigns, delivery: Delivery, draw: np.random.Generator
) -> Visits:
    """Paid and unpaid visits up to `as_of`, by time. Mail visits come later: they need members."""
    visits = Visits.together(_paid(clock, campaigns, delivery, draw), _unpaid(size, clock, draw))
    visits = visits.take(np.flatnonzero((visits.start <= clock.as_of) & (visits.start >= clock.start)))
    return visits.take(np.argsort(visits.start, kind="stable"))


def _paid(clock: Clock, campaigns: Campaigns, delivery: Delivery, draw: np.random.Generator) -> Visits:
    """Most clicks become a visit on their day in the account's zone."""
    count = draw.binomial(delivery.clicks, SESSIONS_PER_CLICK)
    row = np.repeat(np.arange(len(count)), count)
    share = time_of_day(draw, len(row))
    start = np.empty(len(row), dtype=np.int64)
    for account, zone in enumerate(AD_ZONES):
        mine = delivery.account[row] == account
        start[mine] = clock.calendar(zone).instant(delivery.day[row[mine]], share[mine])
    campaign = delivery.campaign[row]
    return Visits.of(
        start=start,
        origin=campaigns.types[campaign],
        country=delivery.country[row],
        device=delivery.device[row],
        campaign=campaign,
        delivery=row,
    )


def _unpaid(size: Size, clock: Clock, draw: np.random.Generator) -> Visits:
    days = clock.days()
    level = demand(days, clock.start_day) * draw.lognormal(0.0, 0.06, len(days))
    wanted = size.sessions * clock.months * (1 - PAID_SHARE)
    count = draw.poisson(level / level.sum() * wanted)
    day = np.repeat(days, count)
    origin = pick(draw, [origin.weight for origin in origins(size)], len(day))
    return Visits.of(
        start=clock.company.instant(day, time_of_day(draw, len(day))),
        origin=origin,
        country=pick(draw, COUNTRY_WEIGHTS, len(day)),
        device=pick(draw, DEVICE_WEIGHTS, len(day)),
    )
