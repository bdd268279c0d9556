"""How large a world is; counts are a month's unless they say otherwise."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Size:
    """`veterans`: people who knew the shop before history began. `money_scale`: fees and salaries against `demo`.
    `steepness`: how much the favourites lead among landing pages and referrers (0 = not at all).
    """

    sessions: int
    orders: int
    contacts: int
    newsletter_forms: int
    first_members: int
    veterans: int
    campaigns: int
    ads_per_group: int
    landing_pages: int
    referrers: int
    steepness: float
    products: int
    lines_beyond_first: float
    money_scale: float


SIZES = {
    "small": Size(
        sessions=10_000,
        orders=400,
        contacts=60,
        newsletter_forms=40,
        first_members=400,
        veterans=2_000,
        campaigns=20,
        ads_per_group=1,
        landing_pages=60,
        referrers=4,
        steepness=0.9,
        products=80,
        lines_beyond_first=0.6,
        money_scale=0.08,
    ),
    "demo": Size(
        sessions=200_000,
        orders=4_000,
        contacts=1_040,
        newsletter_forms=600,
        first_members=4_000,
        veterans=40_000,
        campaigns=60,
        ads_per_group=2,
        landing_pages=80,
        referrers=8,
        steepness=0.9,
        products=400,
        lines_beyond_first=0.6,
        money_scale=1.0,
    ),
    "large": Size(
        sessions=600_000,
        orders=60_000,
        contacts=2_000,
        newsletter_forms=600,
        first_members=4_000,
        veterans=100_000,
        campaigns=440,
        ads_per_group=2,
        landing_pages=8_000,
        referrers=1_500,
        steepness=0.4,
        products=4_000,
        lines_beyond_first=0.9,
        money_scale=10.0,
    ),
}
