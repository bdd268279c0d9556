"""Organic social: account days, follower stock, posts."""

import numpy as np
import pandas as pd

from tests.oracle.calendar import Windows
from tests.oracle.catalogue import SEGMENT_SETS
from tests.oracle.facts import Additive, Fact, Stock, sum_cells
from tests.oracle.periods import company_day, period_start
from tests.oracle.state import Truth

COUNTERS = ("likes", "comments", "shares", "saves", "views", "reach")
HOURS_TO_FULL_COUNT = 336
ENGAGEMENTS = ("likes", "comments", "shares", "saves")
# The earlier tool (sandbox/README.md): from which day of history on, and for how long after a post.
KEPT_FROM, KEPT_FOR = pd.Timedelta(days=100), pd.Timedelta(days=30)
PACIFIC = "America/Los_Angeles"


class Followed:
    """Engagements of a period by accounts whose follower stock is known at its end."""

    measures: tuple[str, ...] = ("engagements_of_followed",)

    def __init__(self, posts: pd.DataFrame, stock: Stock | Additive) -> None:
        self.rows, self._stock = posts, stock

    def cells(self, grain: str, segment_set: str) -> pd.DataFrame | None:
        keys = SEGMENT_SETS[segment_set]
        if not set(keys) <= {"platform"}:
            return None
        counted = self.rows.assign(
            period_start=period_start(grain, self.rows["date"]),
            engagements_of_followed=self.rows["social_engagements"],
        )
        # The company has one account per platform.
        known = self._stock.cells(grain, "platform")
        assert known is not None
        counted = counted.merge(known[["period_start", "platform"]], on=["period_start", "platform"])
        return sum_cells(counted, ("period_start", *keys), self.measures)

    def to_date(self, windows: Windows) -> "Followed":
        stock = self._stock.to_date(windows)
        assert stock is not None
        return Followed(self.rows[self.rows["date"].isin(windows.days)], stock)


def facts(truth: Truth) -> list[Fact]:
    days = truth.table("social_days")
    days = days[days["date"] <= truth.until].reset_index(drop=True)
    days = days.assign(platform=days["platform"].astype(object), organic_views=days["views"].astype(float))
    # Instagram tells the stock only as of now: one load knows one day of it.
    stocks = days[(days["platform"] != "instagram") | (days["date"] == truth.until)]
    followers = Stock(stocks.rename(columns={"followers_end": "followers"}), ("platform",), "followers", truth.until)
    posts = _posts(truth)
    of_posts = ("social_engagements", "post_views", "engagements_with_reach", "reach_of_posts", "shares")
    return [
        Additive(_of_the_day(truth), ("platform",), ("engagements_of_the_day",)),
        Additive(days, ("platform",), ("organic_views",)),
        followers,
        Additive(_gained(stocks), ("platform",), ("followers_gained",)),
        Additive(posts, ("platform",), of_posts),
        Followed(posts, followers),
    ]


def _gained(days: pd.DataFrame) -> pd.DataFrame:
    """Difference of the stock to the day before, per account; no row without that day."""
    rows = days.sort_values(["platform", "account_id", "date"])
    before = rows.groupby(["platform", "account_id"], observed=True)[["date", "followers_end"]].shift()
    rows = rows.assign(followers_gained=rows["followers_end"] - before["followers_end"])
    return rows[rows["date"] - before["date"] == pd.Timedelta(days=1)]


def _posts(truth: Truth) -> pd.DataFrame:
    """Lifetime counters as shown at `as_of`, on the publish day; deleted posts are gone."""
    posts = truth.table("social_posts")
    posts = posts[truth.happened(posts["published_at"]) & ~truth.happened(posts["deleted_at"])].reset_index(drop=True)
    posts["date"] = company_day(posts["published_at"])
    posts = posts[posts["date"] <= truth.until].reset_index(drop=True)
    age = (truth.as_of - posts["published_at"]) / pd.Timedelta(hours=1)
    share = np.minimum(1.0, age / HOURS_TO_FULL_COUNT)
    shown = {name: np.floor(posts[name].fillna(0).astype(float) * share) for name in COUNTERS}
    engagements = shown["likes"] + shown["comments"] + shown["shares"] + shown["saves"]
    return pd.DataFrame(
        {
            "date": posts["date"],
            "platform": posts["platform"].astype(object),
            "social_engagements": engagements,
            "post_views": shown["views"],
            "engagements_with_reach": engagements,  # the vendors tell the reach of every post
            "reach_of_posts": shown["reach"],
            "shares": shown["shares"],
        }
    )


def _of_the_day(truth: Truth) -> pd.DataFrame:
    """What came to each post from one Pacific day's end to the next; the last day ends at `as_of`.

    A post counts from its first day on if it was published within a day before that; what it had before the counting
    began is of no day.
    """
    posts = truth.table("social_posts")
    first = truth.table("social_days", ["date"])["date"].min() + KEPT_FROM
    if pd.isna(first) or first > truth.until or posts.empty:
        return pd.DataFrame({"date": [], "platform": [], "engagements_of_the_day": []})
    days = pd.date_range(first, truth.until, unit="s")
    ends = pd.Series(days + pd.Timedelta(days=1)).dt.tz_localize(PACIFIC).dt.tz_convert("UTC").dt.tz_localize(None)
    ends.iloc[-1] = truth.as_of
    parts = []
    for _, post in posts.iterrows():
        age = ends - post["published_at"]
        is_there = (age >= pd.Timedelta(0)) & ~(post["deleted_at"] <= ends)
        is_there &= (age < KEPT_FOR) | (ends == truth.as_of)
        seen = np.flatnonzero(is_there)
        if not len(seen):
            continue
        share = np.minimum(1.0, age.iloc[seen] / pd.Timedelta(hours=HOURS_TO_FULL_COUNT)).to_numpy()
        count = sum(np.floor(float(post[name] or 0) * share) for name in ENGAGEMENTS)
        published = post["published_at"].tz_localize("UTC").tz_convert(PACIFIC).tz_localize(None).normalize()
        is_consecutive = np.diff(seen, prepend=-2) == 1
        is_new = seen[0] > 0 and published >= days[seen[0]] - pd.Timedelta(days=1)
        known = is_consecutive | (np.arange(len(seen)) == 0) & is_new
        gained = np.diff(count, prepend=0.0)
        parts.append(
            pd.DataFrame({"date": days[seen], "platform": str(post["platform"]), "engagements_of_the_day": gained})[
                known
            ]
        )
    return pd.concat(parts, ignore_index=True)
