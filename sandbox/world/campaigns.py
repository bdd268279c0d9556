"""Ad accounts, campaigns and what lies below them."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sandbox.world.clock import NEVER, Clock, Floats, Ints
from sandbox.world.draw import Draws, category, days
from sandbox.world.sizes import Size
from sandbox.world.words import ids

ACCOUNTS = pd.DataFrame(
    [
        ("google_analytics", "123456789", "SEK", "Europe/Stockholm"),
        ("google_ads", "1111111111", "SEK", "Europe/Stockholm"),
        ("google_ads", "2222222222", "EUR", "Europe/Berlin"),
        ("meta_ads", "333333333", "USD", "America/Los_Angeles"),
        ("facebook", "444444444", "", "America/Los_Angeles"),
        ("instagram", "17841400000000001", "", "America/Los_Angeles"),
        ("shopify", "sandbox-shop", "SEK", "Europe/Stockholm"),
        ("mailchimp", "us1", "SEK", "UTC"),
        ("hubspot", "555555", "SEK", "Europe/Stockholm"),
        ("typeform", "", "", "UTC"),
    ],
    columns=["platform", "account_id", "currency", "time_zone"],
).astype("str")
AD_ACCOUNTS = ("1111111111", "2222222222", "333333333")
AD_ZONES = ("Europe/Stockholm", "Europe/Berlin", "America/Los_Angeles")
META = 2  # position of the Meta account in AD_ACCOUNTS


@dataclass(frozen=True)
class CampaignType:
    """`ctr`: link clicks per impression. `click_price`, `thousand_price`: SEK per click, or per 1,000 impressions."""

    name: str
    word: str
    channel: str
    channel_group: str
    clicks: float  # weight in all paid clicks
    ctr: float
    click_price: float = 0.0
    thousand_price: float = 0.0
    groups: int = 1

    @property
    def is_meta(self) -> bool:
        return self.name.startswith("OUTCOME")


TYPES = (
    CampaignType("SEARCH", "Search", "paid_search", "Paid Search", 1.5, 0.04, click_price=6.5, groups=2),
    CampaignType("PERFORMANCE_MAX", "Pmax", "cross_network", "Cross-network", 1.4, 0.02, click_price=4.5, groups=0),
    CampaignType("SHOPPING", "Shopping", "paid_shopping", "Paid Shopping", 1.3, 0.018, click_price=3.8),
    CampaignType("DISPLAY", "Display", "display", "Display", 0.5, 0.012, thousand_price=38.0),
    CampaignType("VIDEO", "Video", "paid_video", "Paid Video", 0.4, 0.011, thousand_price=55.0),
    CampaignType("OUTCOME_SALES", "Sales", "paid_social", "Paid Social", 0.55, 0.03, thousand_price=110.0, groups=2),
    CampaignType("OUTCOME_LEADS", "Leads", "paid_social", "Paid Social", 0.3, 0.025, thousand_price=100.0),
    CampaignType("OUTCOME_AWARENESS", "Reach", "paid_social", "Paid Social", 0.08, 0.012, thousand_price=45.0),
)
_ORDER = (0, 5, 2, 1, 0, 6, 3, 5, 4, 7)  # types by campaign, again and again: ten campaigns hold all of them
_THEMES = (
    "Brand",
    "Vår & sommar",
    "Kampanj",
    "Nyheter",
    "Företag",
    "Böcker",
    "Höst",
    "Jul 50 %",
    "Outlet",
    "Always-on",
)
_WORDS = (
    "köksbord",
    "bordslampa",
    "ullpläd",
    "kontorsstol",
    "bokhylla",
    "kaffekvarn",
    "sandbox shop",
    "design present",
)
_MATCHES = ("EXACT", "PHRASE", "BROAD")
# Markets as countries of COUNTRIES, with the Google account that buys there.
_MARKETS = (
    ("SE", (0,), 0),
    ("Nordics", (0, 1, 2, 3), 0),
    ("SE", (0,), 0),
    ("DE", (4,), 1),
    ("EU", (0, 1, 2, 3, 4), 0),
    ("FI", (3, 4), 1),
)


@dataclass(frozen=True)
class Campaigns:
    """The truth tables, and per campaign (by position) what delivery needs of it."""

    tables: dict[str, pd.DataFrame]
    names: list[str]
    types: Ints
    accounts: Ints
    weights: Floats
    start: Ints
    end: Ints  # NEVER = open
    countries: list[tuple[int, ...]]
    # Leaves are what is delivered: by position of campaign, ad group, ad and keyword (-1 = has none).
    leaves: np.ndarray
    ad_group_ids: list[str]
    ad_ids: list[str]
    keyword_ids: list[str]

    @property
    def campaign_ids(self) -> list[str]:
        return list(self.tables["campaigns"]["campaign_id"])


def build_campaigns(size: Size, clock: Clock, draws: Draws) -> Campaigns:
    draw = draws["campaigns"]
    count = size.campaigns
    types = np.array([_ORDER[number % len(_ORDER)] for number in range(count)])
    is_meta = np.array([TYPES[kind].is_meta for kind in types])
    markets = [_MARKETS[(number // 2) % len(_MARKETS)] for number in range(count)]
    accounts = np.where(is_meta, META, [market[2] for market in markets])
    names = [
        f"{market[0]} | {TYPES[kind].word} | {_THEMES[(number * 7 + number // 10) % len(_THEMES)]} {number + 1:02d}"
        for number, (market, kind) in enumerate(zip(markets, types, strict=True))
    ]
    start, end = _flights(count, clock, draw)
    campaign_numbers = np.where(is_meta, 120_210_000_000_000, 20_000_000_000) + 1_037 * (np.arange(count) + 1)
    campaigns = pd.DataFrame(
        {
            "campaign_id": ids(campaign_numbers),
            "platform": category(is_meta, ("google_ads", "meta_ads")),
            "account_id": category(accounts, AD_ACCOUNTS),
            "name": pd.Series(names, dtype="str"),
            "campaign_type": category(types, [kind.name for kind in TYPES]),
            "channel": pd.Series([TYPES[kind].channel for kind in types], dtype="str"),
            "source": category(is_meta, ("google", "facebook")),
            "medium": category(is_meta, ("cpc", "paid_social")),
            "utm_campaign": pd.Series(names, dtype="str"),
            "start_date": days(start),
            "end_date": days(np.where(end == NEVER, 0, end)),
        }
    )
    campaigns.loc[end == NEVER, "end_date"] = pd.NaT
    groups, ads, keywords, leaves = _below(campaigns, types, size)
    return Campaigns(
        tables={"accounts": ACCOUNTS, "campaigns": campaigns, "ad_groups": groups, "ads": ads, "keywords": keywords},
        names=names,
        types=types,
        accounts=accounts,
        weights=draw.lognormal(0.0, 0.5, count),
        start=start,
        end=end,
        countries=[market[1] for market in markets],
        leaves=leaves,
        ad_group_ids=list(groups["ad_group_id"]),
        ad_ids=list(ads["ad_id"]),
        keyword_ids=list(keywords["keyword_id"]),
    )


def _flights(count: int, clock: Clock, draw: np.random.Generator) -> tuple[Ints, Ints]:
    """First and last day: the first two fifths, and ten at least, always run; the others do so for a while."""
    days_of_history = clock.days()
    length = len(days_of_history)
    is_flight = np.arange(count) >= max(10, count * 2 // 5)
    flight = np.maximum(7, (length * draw.uniform(0.12, 0.45, count)).astype(np.int64))
    offset = (draw.random(count) * np.maximum(1, length - flight)).astype(np.int64)
    start = np.where(is_flight, days_of_history[0] + offset, days_of_history[0])
    end = np.where(is_flight, start + flight - 1, NEVER)
    return start, end


def _below(
    campaigns: pd.DataFrame, types: Ints, size: Size
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, np.ndarray]:
    """Ad groups, ads, keywords and the leaves under each campaign."""
    groups: list[tuple[str, ...]] = []
    ads: list[tuple[str, ...]] = []
    keywords: list[tuple[str, ...]] = []
    leaves: list[tuple[int, int, int, int]] = []
    scopes = campaigns[["campaign_id", "platform", "account_id"]].astype("str").itertuples(index=False, name=None)
    for position, (campaign_id, platform, account_id) in enumerate(scopes):
        kind = TYPES[types[position]]
        if kind.groups == 0:
            leaves.append((position, -1, -1, -1))
        for group_number in range(kind.groups):
            group = len(groups)
            base = int(campaign_id) * 10 + group_number
            groups.append((str(base), campaign_id, platform, account_id, f"{kind.word} group {group_number + 1}"))
            first_ad = len(ads)
            for ad_number in range(size.ads_per_group):
                ad_id = str(base * 10 + ad_number + 3)
                ads.append((ad_id, str(base), campaign_id, platform, account_id, f"Ad {ad_number + 1}"))
            if kind.name != "SEARCH":
                leaves += [(position, group, first_ad + number, -1) for number in range(size.ads_per_group)]
                continue
            for word_number in range(2):
                word = _WORDS[(position + group_number * 3 + word_number) % len(_WORDS)]
                match = _MATCHES[(position + word_number) % len(_MATCHES)]
                keyword = (str(300_000_000_000 + base * 10 + word_number), str(base), campaign_id, word, match)
                # Each keyword shows one ad of its group: which of them is of no matter to any sum.
                leaves.append((position, group, first_ad + word_number % size.ads_per_group, len(keywords)))
                keywords.append(keyword)
    scope = ["platform", "account_id", "name"]
    of_keyword = ["keyword_id", "ad_group_id", "campaign_id", "text", "match_type"]
    return (
        pd.DataFrame(groups, columns=["ad_group_id", "campaign_id", *scope]).astype("str"),
        pd.DataFrame(ads, columns=["ad_id", "ad_group_id", "campaign_id", *scope]).astype("str"),
        pd.DataFrame(keywords, columns=of_keyword).astype("str"),
        np.array(leaves, dtype=np.int64),
    )
