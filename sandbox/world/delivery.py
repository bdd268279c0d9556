"""Paid media as it was delivered: the atoms, Meta's people in numbers, and who saw what."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sandbox.world.campaigns import AD_ACCOUNTS, AD_ZONES, META, TYPES, Campaigns
from sandbox.world.clock import NEVER, Clock, Ints, demand
from sandbox.world.draw import CENT, Draws, category, cents, days
from sandbox.world.model import COUNTRIES, COUNTRY_WEIGHTS, DEVICE_WEIGHTS, DEVICES
from sandbox.world.sizes import Size

SESSIONS_PER_CLICK = 0.88
PAID_SHARE = 0.30  # of all sessions
SEK_PER_UNIT = (1.0, 11.3, 10.4)  # by ad account: what clicks cost there, near the rates of `fx_rates`
AGES = ("18-24", "25-34", "35-44", "45-54", "55-64", "65+")
GENDERS = ("female", "male", "unknown")
_AGE_WEIGHTS = (0.14, 0.26, 0.24, 0.18, 0.11, 0.07)
_GENDER_WEIGHTS = (0.56, 0.41, 0.03)


@dataclass(frozen=True)
class Delivery:
    """`ad_delivery` as arrays by row: day in the account's zone, leaf position, country, device, counts."""

    tables: dict[str, pd.DataFrame]
    day: Ints
    leaf: Ints
    campaign: Ints
    account: Ints
    country: Ints
    device: Ints
    clicks: Ints


def build_delivery(size: Size, clock: Clock, campaigns: Campaigns, draws: Draws) -> Delivery:
    draw = draws["ad_delivery"]
    parts = [_account(account, size, clock, campaigns, draw) for account in range(len(AD_ACCOUNTS))]
    day, leaf, country, device, impressions, clicks = (np.concatenate(column) for column in zip(*parts, strict=True))
    campaign = campaigns.leaves[leaf, 0]
    account = campaigns.accounts[campaign]
    kind = campaigns.types[campaign]
    is_meta = account == META
    clicks_all = clicks + np.where(is_meta, draw.binomial(impressions, 0.012), 0)
    is_video = np.array([kind.name in ("VIDEO", "OUTCOME_AWARENESS") for kind in TYPES])[kind]
    views = np.where(is_video, draw.binomial(impressions, 0.31), 0)
    reactions = draw.binomial(impressions, np.where(is_meta, 0.009, 0.0))
    spend = _spend(impressions, clicks, kind, account, draw)
    # Meta counts what began to play as a view; every impression of a video ad at Google is one that began.
    starts = np.where(is_meta, views, np.where(is_video, impressions, 0))
    completions = draw.binomial(starts, np.where(is_meta, 0.22, 0.34))
    table = pd.DataFrame(
        {
            "date": days(day),
            "platform": category(is_meta, ("google_ads", "meta_ads")),
            "account_id": category(account, AD_ACCOUNTS),
            "campaign_id": category(campaign, campaigns.campaign_ids),
            "ad_group_id": category(campaigns.leaves[leaf, 1] + 1, ["", *campaigns.ad_group_ids]),
            "ad_id": category(campaigns.leaves[leaf, 2] + 1, ["", *campaigns.ad_ids]),
            "keyword_id": category(campaigns.leaves[leaf, 3] + 1, ["", *campaigns.keyword_ids]),
            "country": category(country, COUNTRIES),
            "device": category(device, DEVICES),
            "impressions": impressions,
            "clicks": clicks,
            "clicks_all": clicks_all,
            "engagements": np.where(is_meta, clicks_all + reactions, clicks),
            "video_views": views,
            "video_starts": starts,
            "video_completions": completions,
            "spend_micros": spend,
        }
    )
    meta = table[is_meta].reset_index(drop=True)
    tables = {
        "ad_delivery": table,
        "ad_demographics": _demographics(meta, draws["ad_demographics"]),
        "exposures": _exposures(meta, size, clock, draws["exposures"]),
    }
    return Delivery(tables, day, leaf, campaign, account, country, device, clicks)


def _account(
    account: int, size: Size, clock: Clock, campaigns: Campaigns, draw: np.random.Generator
) -> tuple[Ints, Ints, Ints, Ints, Ints, Ints]:
    """Day, leaf, country, device, impressions and clicks of one account, in the account's own days."""
    mine = campaigns.accounts[campaigns.leaves[:, 0]] == account
    cells = [
        (leaf, country, device)
        for leaf in np.flatnonzero(mine)
        for country in campaigns.countries[campaigns.leaves[leaf, 0]]
        for device in range(len(DEVICES))
    ]
    leaf, country, device = np.array(cells, dtype=np.int64).T
    campaign = campaigns.leaves[leaf, 0]
    ctr = np.array([kind.ctr for kind in TYPES])[campaigns.types]
    # A campaign's clicks a day, shared by its cells in proportion.
    click_weight = campaigns.weights * np.array([kind.clicks for kind in TYPES])[campaigns.types]
    days_run = _days_run(campaigns, clock)
    clicks_in_all = size.sessions * clock.months * PAID_SHARE / SESSIONS_PER_CLICK
    daily_clicks = click_weight * clicks_in_all / (click_weight * days_run).sum()
    share = np.array(COUNTRY_WEIGHTS)[country] * np.array(DEVICE_WEIGHTS)[device] * (0.5 + draw.random(len(leaf)))
    share /= np.bincount(campaign, share, len(campaigns.names))[campaign]
    impressions_a_day = (daily_clicks / ctr)[campaign] * share

    day = clock.days(AD_ZONES[account])
    level = demand(day, clock.start_day) * clock.elapsed(AD_ZONES[account])
    mood = draw.lognormal(0.0, 0.2, (len(day), len(campaigns.names)))
    runs = (day[:, None] >= campaigns.start) & ((campaigns.end == NEVER) | (day[:, None] <= campaigns.end))
    expected = impressions_a_day * level[:, None] * (mood * runs)[:, campaign]
    impressions = draw.poisson(expected)
    row, column = np.nonzero(impressions)
    shown = impressions[row, column]
    click_rate = ctr[campaign[column]] * np.array([1.0, 1.1, 0.8])[device[column]]
    clicks = draw.binomial(shown, click_rate)
    return day[row], leaf[column], country[column], device[column], shown, clicks


def _days_run(campaigns: Campaigns, clock: Clock) -> Ints:
    last = np.where(campaigns.end == NEVER, clock.days()[-1], campaigns.end)
    return last - campaigns.start + 1


def _spend(impressions: Ints, clicks: Ints, kind: Ints, account: Ints, draw: np.random.Generator) -> Ints:
    """Micros in the account's currency: Google's to the micro, Meta's in whole cents."""
    per_click = np.array([kind.click_price for kind in TYPES])[kind]
    per_thousand = np.array([kind.thousand_price for kind in TYPES])[kind]
    noise = draw.lognormal(0.0, 0.25, len(kind))
    amount = (clicks * per_click + impressions * per_thousand / 1000) * noise / np.array(SEK_PER_UNIT)[account]
    return np.where(account == META, cents(amount), (amount * 1_000_000).astype(np.int64))


def _share_out(total: Ints, weights: Ints) -> Ints:
    """Splits whole totals over the columns of `weights` in proportion; nothing goes to a weight of 0."""
    steps = np.cumsum(weights, axis=1)
    upto = total[:, None] * steps // steps[:, -1:]
    return np.diff(upto, axis=1, prepend=0)


def _demographics(meta: pd.DataFrame, draw: np.random.Generator) -> pd.DataFrame:
    """Campaign days by age and gender, adding up to the delivery."""
    measures = ["impressions", "clicks", "clicks_all", "spend_micros"]
    keys = ["date", "account_id", "campaign_id"]
    total = meta.groupby(keys, observed=True, sort=True)[measures].sum().reset_index()
    weights = np.outer(_AGE_WEIGHTS, _GENDER_WEIGHTS).ravel()
    impressions = draw.multinomial(total["impressions"].to_numpy(), weights)
    clicks = _share_out(total["clicks"].to_numpy(), impressions)
    other_clicks = _share_out((total["clicks_all"] - total["clicks"]).to_numpy(), impressions)
    spend = _share_out((total["spend_micros"] // CENT).to_numpy(), impressions) * CENT
    row, cell = np.nonzero(impressions)
    frame = total[keys].iloc[row].reset_index(drop=True)
    return frame.assign(
        age=category(cell // len(GENDERS), AGES),
        gender=category(cell % len(GENDERS), GENDERS),
        impressions=impressions[row, cell],
        clicks=clicks[row, cell],
        clicks_all=(clicks + other_clicks)[row, cell],
        spend_micros=spend[row, cell],
    )


def _exposures(meta: pd.DataFrame, size: Size, clock: Clock, draw: np.random.Generator) -> pd.DataFrame:
    """Distinct people per ad set and day: about 2.2 impressions each, out of an audience some ten days' worth large.

    The people of a day are every odd-numbered step through the audience, whose size is a power of two: so none comes
    twice, and days and ad sets overlap.
    """
    keys = ["date", "account_id", "campaign_id", "ad_group_id"]
    days_shown = meta.groupby(keys, observed=True, sort=True)["impressions"].sum().reset_index()
    impressions = days_shown["impressions"].to_numpy()
    people = np.clip((impressions / draw.normal(2.2, 0.2, len(impressions)).clip(1.4)).astype(np.int64), 1, impressions)
    group = days_shown["ad_group_id"].cat.codes.to_numpy()
    usual = pd.Series(people).groupby(group).mean()
    largest = pd.Series(people).groupby(group).max()
    audience = 2 ** np.ceil(np.log2(np.maximum(usual * 10, largest + 1))).astype(np.int64)
    population = max(2 * size.sessions, int(audience.max()))
    offset = pd.Series((draw.random(len(audience)) * (population - audience)).astype(np.int64), audience.index)
    row = np.repeat(np.arange(len(people)), people)
    turn = np.arange(len(row)) - np.repeat(np.cumsum(people) - people, people)
    step = 2 * draw.integers(0, 1 << 20, len(people)) + 1
    first = draw.integers(0, 1 << 20, len(people))
    audience_of = audience.reindex(group).to_numpy()
    person = (first[row] + turn * step[row]) & (audience_of - 1)[row]
    person += offset.reindex(group).to_numpy()[row]
    frame = days_shown[keys].iloc[row].reset_index(drop=True)
    return frame.assign(person_no=person.astype(np.int32))
