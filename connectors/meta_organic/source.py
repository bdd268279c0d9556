"""Facebook Page and Instagram insights, v26.0.

Needs `SOURCES__META_ORGANIC__ACCESS_TOKEN` and page or Instagram account ids. All days are Pacific days.
"""

import logging
from collections.abc import Iterable, Iterator
from datetime import date, timedelta

import dlt
import pyarrow as pa
from dlt.extract import DltResource

from connectors.common.meta_graph import GraphApi
from connectors.common.resource import resource
from connectors.common.source import LoadRequest, Setting, Source
from connectors.common.window import Window
from connectors.meta_organic.insights import InsightsReader, by_day, instant, lifetime
from connectors.meta_organic.tables import FOLLOWER_SNAPSHOTS, INSTAGRAM_DAYS, PAGE_DAYS, POSTS, TABLES
from connectors.meta_organic.wire import Account, Media, PagePost

LOG = logging.getLogger("nyckeltal.meta_organic")

PAGE_WINDOW_DAYS, INSTAGRAM_WINDOW_DAYS = 90, 30  # the vendor's longest windows
FOLLOWER_COUNT_DAYS = 30  # how far back new followers are told
PAGE_METRICS = {
    "page_media_view": "media_views",
    "page_total_media_view_unique": "media_viewers",
    "page_post_engagements": "post_engagements",
    "page_daily_follows": "follows",
    "page_daily_unfollows_unique": "unfollows",
    "page_follows": "followers",
}
POST_METRICS = {"post_media_view": "views", "post_total_media_view_unique": "reach"}
MEDIA_METRICS = {
    "reach": "reach",
    "views": "views",
    "likes": "likes",
    "comments": "comments",
    "shares": "shares",
    "saved": "saves",
}
_POST_FIELDS = "id,created_time,shares,reactions.summary(total_count).limit(0),comments.summary(total_count).limit(0)"


@dlt.source(name="meta_organic", section="meta_organic", max_table_nesting=0)
def meta_organic_source(
    request: LoadRequest,
    access_token: str | None = dlt.secrets.value,
    page_ids: str = "",
    ig_user_ids: str = "",
    page_history_days: int = 730,
    instagram_history_days: int = 730,
    app_secret: str | None = dlt.secrets.value,
    api_version: str = "v26.0",
    base_url: str = "https://graph.facebook.com",
) -> Iterable[DltResource]:
    """Days of Pages and Instagram accounts, today's follower stock, and posts of the window with their counters."""
    user = GraphApi("meta_organic", base_url, api_version, lambda: access_token or "", app_secret)
    pages = _ids(page_ids)
    accounts = _ids(ig_user_ids)

    def page_api(page: str) -> GraphApi:
        """Page insights need the Page's own token."""
        token = user.get_as(Account, page, {"fields": "access_token"}).access_token
        return GraphApi("meta_organic", base_url, api_version, lambda: token or access_token or "", app_secret)

    apis = {page: page_api(page) for page in pages}
    readers = {page: InsightsReader(api) for page, api in apis.items()}
    reader = InsightsReader(user)
    page_days = _not_older(request.window, page_history_days, request)
    instagram_days = _not_older(request.window, instagram_history_days, request)

    def posts() -> Iterator[pa.Table]:
        for page in pages:
            yield from page_posts(apis[page], readers[page], page, request.window)
        for account in accounts:
            yield from instagram_posts(user, reader, account, request.window)

    yield resource(PAGE_DAYS, lambda: (page_batch(readers[page], page, page_days) for page in pages), page_days.days())
    yield resource(
        INSTAGRAM_DAYS,
        lambda: (instagram_batch(reader, account, instagram_days, request) for account in accounts),
        instagram_days.days(),
    )
    yield resource(FOLLOWER_SNAPSHOTS, lambda: [snapshots(user, accounts, request.window.date_to)])
    yield resource(POSTS, posts, request.window.days())


def page_batch(reader: InsightsReader, page: str, window: Window) -> pa.Table:
    """A Page's days, in windows of 90."""
    days: dict[date, dict[str, int]] = {}
    for part in window.chunks(PAGE_WINDOW_DAYS):
        params = {"period": "day", **_span(part)}
        for day, values in by_day(reader.ask(f"{page}/insights", list(PAGE_METRICS), params)).items():
            if part.date_from <= day <= part.date_to:
                days.setdefault(day, {}).update(values)
    LOG.info("page %s: %d days", page, len(days))
    return PAGE_DAYS.rows(
        [
            {"date": day, "page_id": page, **{column: values.get(name) for name, column in PAGE_METRICS.items()}}
            for day, values in sorted(days.items())
        ]
    )


def instagram_batch(reader: InsightsReader, account: str, window: Window, request: LoadRequest) -> pa.Table:
    """An account's days: reach as a series, views a day a question, since a total is one figure for its window."""
    days: dict[date, dict[str, int]] = {}
    told_from = request.as_of.date() - timedelta(days=FOLLOWER_COUNT_DAYS - 1)
    for part in window.chunks(INSTAGRAM_WINDOW_DAYS):
        _merge(days, by_day(reader.ask(f"{account}/insights", ["reach"], {"period": "day", **_span(part)})), part)
    recent = Window(max(window.date_from, told_from), window.date_to) if told_from <= window.date_to else None
    if recent:
        told = reader.ask(f"{account}/insights", ["follower_count"], {"period": "day", **_span(recent)})
        _merge(days, by_day(told), recent)
    for day in window.days():
        params = {"period": "day", "metric_type": "total_value", **_span(Window(day, day))}
        if totals := lifetime(reader.ask(f"{account}/insights", ["views", "total_interactions"], params)):
            days.setdefault(day, {}).update(totals)
    LOG.info("instagram %s: %d days", account, len(days))
    return INSTAGRAM_DAYS.rows(
        [
            {
                "date": day,
                "ig_user_id": account,
                "views": values.get("views"),
                "reach": values.get("reach"),
                "new_followers": values.get("follower_count"),
                "total_interactions": values.get("total_interactions"),
            }
            for day, values in sorted(days.items())
        ]
    )


def snapshots(api: GraphApi, accounts: list[str], day: date) -> pa.Table:
    """Followers as they are now, dated on the last complete day."""
    counts = [
        (account, api.get_as(Account, account, {"fields": "id,followers_count"}).followers_count)
        for account in accounts
    ]
    return FOLLOWER_SNAPSHOTS.rows(
        [{"date": day, "ig_user_id": account, "followers": count} for account, count in counts if count is not None]
    )


def page_posts(api: GraphApi, reader: InsightsReader, page: str, window: Window) -> Iterator[pa.Table]:
    """Posts published in the window; a post that a moving page repeats is kept once."""
    seen: dict[str, dict[str, object]] = {}
    for items in api.pages(
        PagePost, f"{page}/published_posts", {"fields": _POST_FIELDS, "limit": 100, **_span(window)}
    ):
        for item in items:
            published = instant(item.created_time)
            if item.id in seen or not window.date_from <= published.date() <= window.date_to:
                continue
            counters = lifetime(reader.ask(f"{item.id}/insights", list(POST_METRICS), {}))
            seen[item.id] = {
                "published_date": published.date(),
                "post_id": item.id,
                "platform": "facebook",
                "account_id": page,
                "published_at": published,
                "post_type": "unknown",
                "likes": item.reactions.summary.total_count,
                "comments": item.comments.summary.total_count,
                "shares": item.shares.count,
                "saves": None,
                **{column: counters.get(name) for name, column in POST_METRICS.items()},
            }
    LOG.info("page %s: %d posts", page, len(seen))
    yield POSTS.rows(list(seen.values()))


def instagram_posts(api: GraphApi, reader: InsightsReader, account: str, window: Window) -> Iterator[pa.Table]:
    """Media published in the window, newest first as the vendor lists them."""
    fields = "id,media_type,media_product_type,timestamp,like_count,comments_count"
    seen: dict[str, dict[str, object]] = {}
    for items in api.pages(Media, f"{account}/media", {"fields": fields, "limit": 100}):
        for item in items:
            published = instant(item.timestamp)
            if item.id in seen or not window.date_from <= published.date() <= window.date_to:
                continue
            counters = lifetime(reader.ask(f"{item.id}/insights", list(MEDIA_METRICS), {}))
            row = {column: counters.get(name) for name, column in MEDIA_METRICS.items()}
            seen[item.id] = {
                "published_date": published.date(),
                "post_id": item.id,
                "platform": "instagram",
                "account_id": account,
                "published_at": published,
                "post_type": _media_kind(item),
                **row,
                "likes": row["likes"] if row["likes"] is not None else item.like_count,
                "comments": row["comments"] if row["comments"] is not None else item.comments_count,
            }
        if items and instant(items[-1].timestamp).date() < window.date_from:
            break
    LOG.info("instagram %s: %d media", account, len(seen))
    yield POSTS.rows(list(seen.values()))


def _media_kind(item: Media) -> str:
    if item.media_product_type == "REELS":
        return "reel"
    return "video" if item.media_type == "VIDEO" else "photo"


def _merge(days: dict[date, dict[str, int]], told: dict[date, dict[str, int]], part: Window) -> None:
    for day, values in told.items():
        if part.date_from <= day <= part.date_to:
            days.setdefault(day, {}).update(values)


def _span(window: Window) -> dict[str, str]:
    """`until` is the midnight that ends the window."""
    return {"since": window.date_from.isoformat(), "until": (window.date_to + timedelta(days=1)).isoformat()}


def _not_older(window: Window, history_days: int, request: LoadRequest) -> Window:
    """The window, cut where the vendor's history begins."""
    first = request.as_of.date() - timedelta(days=history_days)
    return Window(min(max(window.date_from, first), window.date_to), window.date_to)


def _ids(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


SOURCE = Source(
    name="meta_organic",
    title="Facebook and Instagram, organic",
    tables=TABLES,
    settings=(
        Setting("access_token", "system-user token with the permissions of the README", is_secret=True),
        Setting("page_ids", "Facebook Page ids, separated by commas", is_required=False),
        Setting("ig_user_ids", "Instagram business account ids, separated by commas", is_required=False),
        Setting("page_history_days", "how far back Page days go at the first load; 730", is_required=False),
        Setting("instagram_history_days", "the same for Instagram, one call a day of history; 730", is_required=False),
    ),
    build=lambda request: meta_organic_source(request),
    reload_days=30,
    settle_days=2,
)
