"""Organic social accounts and their posts."""

import numpy as np
import pandas as pd

from sandbox.world.clock import DAY, NEVER, Clock, demand, time_of_day
from sandbox.world.draw import Draws, category, days, instants, pick
from sandbox.world.sizes import Size
from sandbox.world.words import ids

PLATFORMS = ("facebook", "instagram")
ACCOUNTS = ("444444444", "17841400000000001")
ZONE = "America/Los_Angeles"
POST_TYPES = ("photo", "video", "reel")
_POSTS_A_WEEK = (3, 5)
_TYPE_WEIGHTS = ((0.7, 0.25, 0.05), (0.55, 0.1, 0.35))


def build_social(size: Size, clock: Clock, draws: Draws) -> dict[str, pd.DataFrame]:
    return {
        "social_days": _days(size, clock, draws["social_days"]),
        "social_posts": _posts(size, clock, draws["social_posts"]),
    }


def _audience(size: Size) -> float:
    """Followers at the start of history."""
    return 3_000 + size.sessions * 0.06


def _days(size: Size, clock: Clock, draw: np.random.Generator) -> pd.DataFrame:
    parts = []
    day = clock.days(ZONE)
    level = demand(day, clock.start_day) * clock.elapsed(ZONE)
    for code, weight in enumerate((1.0, 1.4)):
        audience = _audience(size) * weight
        views = draw.poisson(audience * 0.35 * level * draw.lognormal(0, 0.25, len(day)))
        follows = draw.poisson(audience * 0.0014 * level)
        unfollows = draw.poisson(audience * 0.0007 * level)
        parts.append(
            pd.DataFrame(
                {
                    "platform": category(np.full(len(day), code), PLATFORMS),
                    "account_id": category(np.full(len(day), code), ACCOUNTS),
                    "date": days(day),
                    "views": views,
                    "reach": draw.binomial(views, 0.62),
                    "follows": follows,
                    "unfollows": unfollows,
                    "followers_end": int(audience) + np.cumsum(follows - unfollows),
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def _posts(size: Size, clock: Clock, draw: np.random.Generator) -> pd.DataFrame:
    parts = []
    for code, a_week in enumerate(_POSTS_A_WEEK):
        day = clock.days()
        day = np.repeat(day, draw.poisson(a_week / 7, len(day)))
        published = np.sort(clock.company.instant(day, time_of_day(draw, len(day))))
        published = published[published <= clock.as_of]
        count = len(published)
        kind = pick(draw, _TYPE_WEIGHTS[code], count)
        views = (_audience(size) * 0.4 * draw.lognormal(0, 0.7, count) * np.array([1, 1.5, 2.4])[kind]).astype(np.int64)
        deleted = np.where(draw.random(count) < 0.03, published + draw.integers(1, 30, count) * DAY, NEVER)
        parts.append(
            pd.DataFrame(
                {
                    "post_id": ids(10_000_000_000 * (code + 1) + np.arange(count) * 7 + 1),
                    "platform": category(np.full(count, code), PLATFORMS),
                    "account_id": category(np.full(count, code), ACCOUNTS),
                    "published_at": instants(published),
                    "post_type": category(kind, POST_TYPES),
                    "likes": draw.binomial(views, 0.028),
                    "comments": draw.binomial(views, 0.003),
                    "shares": draw.binomial(views, 0.002),
                    # The Page has no saves.
                    "saves": draw.binomial(views, 0.0025 * code),
                    "views": views,
                    "reach": draw.binomial(views, 0.7),
                    "deleted_at": instants(clock.happened(deleted)),
                }
            )
        )
    return pd.concat(parts, ignore_index=True)
