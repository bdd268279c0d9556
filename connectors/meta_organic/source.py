"""Facebook Page and Instagram insights, v26.0.

Needs `SOURCES__META_ORGANIC__ACCESS_TOKEN` and Page or Instagram account ids. Account days are Pacific days.
"""

import logging
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from functools import cached_property

import dlt
import pyarrow as pa
from dlt.extract import DltResource

from connectors.common.errors import SourceError
from connectors.common.meta_graph import GraphApi
from connectors.common.resource import resource
from connectors.common.source import LoadRequest, Setting, Source
from connectors.common.window import Window
from connectors.meta_organic.insights import OrganicApi
from connectors.meta_organic.posts import Rows, media_rows, post_rows
from connectors.meta_organic.tables import (
    FOLLOWER_SNAPSHOTS,
    INSTAGRAM_DAYS,
    INSTAGRAM_NEW_FOLLOWERS,
    PAGE_DAYS,
    POST_SNAPSHOTS,
    POSTS,
    TABLES,
)
from connectors.meta_organic.wire import InstagramUser, PageToken

LOG = logging.getLogger("nyckeltal.meta_organic")

HISTORY_DAYS = 730  # the vendor keeps account days for about two years
PAGE_WINDOW_DAYS, INSTAGRAM_WINDOW_DAYS = 90, 30  # the vendor's longest windows
NEW_FOLLOWER_DAYS = 29  # the vendor tells of 30; the hour of the load cuts the first of them
PAGE_METRICS = {
    "page_media_view": "media_views",
    "page_total_media_view_unique": "media_viewers",
    "page_post_engagements": "post_engagements",
    "page_daily_follows": "follows",
    "page_daily_unfollows_unique": "unfollows",
    "page_follows": "followers",
}
INSTAGRAM_TOTALS = ("views", "total_interactions")


@dlt.source(name="meta_organic", section="meta_organic", max_table_nesting=0)
def meta_organic_source(
    request: LoadRequest,
    access_token: str | None = dlt.secrets.value,
    page_ids: str = "",
    ig_user_ids: str = "",
    page_history_days: int = HISTORY_DAYS,
    instagram_history_days: int = HISTORY_DAYS,
    app_secret: str | None = dlt.secrets.value,
    api_version: str = "v26.0",
    base_url: str = "https://graph.facebook.com",
) -> Iterable[DltResource]:
    """Days of Pages and Instagram accounts, today's follower stock, and posts of the window with their counters."""
    user = OrganicApi(GraphApi("meta_organic", base_url, api_version, lambda: access_token or "", app_secret))

    def of_page(page: str) -> OrganicApi:
        """A Page's insights and posts want the Page's own token; a new one is fetched when it expires."""

        def token() -> str:
            return user.object_as(PageToken, page, "access_token").access_token

        return OrganicApi(GraphApi("meta_organic", base_url, api_version, token, app_secret, can_refresh=True))

    download = Download({page: of_page(page) for page in _ids(page_ids)}, user, _ids(ig_user_ids), request)
    page_days = _not_older(request, page_history_days)
    instagram_days = _not_older(request, instagram_history_days)
    posts = download.post_days
    yield resource(PAGE_DAYS, lambda: download.page_batches(page_days), _days(page_days))
    yield resource(INSTAGRAM_DAYS, lambda: download.instagram_batches(instagram_days), _days(instagram_days))
    yield resource(INSTAGRAM_NEW_FOLLOWERS, lambda: download.new_follower_batches())
    yield resource(FOLLOWER_SNAPSHOTS, lambda: download.snapshot_batches())
    yield resource(POSTS, lambda: download.post_batches(), posts.days())
    yield resource(POST_SNAPSHOTS, lambda: download.post_snapshot_batches())


class Download:
    """One load: Pages by their own tokens, Instagram accounts by the user's."""

    def __init__(
        self, pages: dict[str, OrganicApi], user: OrganicApi, accounts: list[str], request: LoadRequest
    ) -> None:
        if not pages and not accounts:
            raise SourceError("meta_organic: no account is named. Set `page_ids` or `ig_user_ids`.")
        self._pages = pages
        self._user = user
        self._accounts = accounts
        self._request = request
        # The window's days are the company's: a UTC day more at either end holds them in any zone.
        window = request.window
        self.post_days = Window(window.date_from - timedelta(days=1), window.date_to + timedelta(days=1))

    def page_batches(self, window: Window | None) -> Iterator[pa.Table]:
        for page, api in self._pages.items() if window else ():
            rows: list[dict[str, object]] = []
            for part in window.chunks(PAGE_WINDOW_DAYS) if window else ():
                for day, told in sorted(api.series(page, "Pages", list(PAGE_METRICS), part).items()):
                    values = {column: told.get(metric) for metric, column in PAGE_METRICS.items()}
                    rows.append({"date": day, "page_id": page, **values})
            LOG.info("page %s: %d days", page, len(rows))
            yield PAGE_DAYS.rows(rows)

    def instagram_batches(self, window: Window | None) -> Iterator[pa.Table]:
        """Reach as a series; views a day a question, since a total is one figure for all days asked for."""
        for account in self._accounts if window else ():
            rows: list[dict[str, object]] = []
            for part in window.chunks(INSTAGRAM_WINDOW_DAYS) if window else ():
                reach = self._user.series(account, "Instagram accounts", ("reach",), part)
                for day in part.days():
                    totals = self._user.totals(account, "Instagram account totals", INSTAGRAM_TOTALS, day)
                    if values := reach.get(day, {}) | totals:
                        rows.append({"date": day, "ig_user_id": account, **values})
            LOG.info("instagram %s: %d days", account, len(rows))
            yield INSTAGRAM_DAYS.rows(rows)

    def new_follower_batches(self) -> Iterator[pa.Table]:
        window, oldest = self._request.window, self._request.as_of.date() - timedelta(days=NEW_FOLLOWER_DAYS)
        if window.date_to < oldest:
            return
        recent = Window(max(window.date_from, oldest), window.date_to)
        for account in self._accounts:
            told = self._user.series(account, "Instagram accounts", ("follower_count",), recent)
            yield INSTAGRAM_NEW_FOLLOWERS.rows(
                [
                    {"date": day, "ig_user_id": account, "new_followers": values["follower_count"]}
                    for day, values in sorted(told.items())
                ]
            )

    def snapshot_batches(self) -> Iterator[pa.Table]:
        """Followers as they are now, dated on the last complete day; a backfill of past days looks at now too."""
        for account in self._accounts:
            user: InstagramUser = self._user.object_as(InstagramUser, account, "id,followers_count")
            yield FOLLOWER_SNAPSHOTS.rows(
                [{"date": self._counted_on, "ig_user_id": account, "followers": user.followers_count}]
            )

    def post_batches(self) -> Iterator[pa.Table]:
        for rows in self._posts:
            yield POSTS.rows(rows)

    def post_snapshot_batches(self) -> Iterator[pa.Table]:
        """The same posts' counters, dated like the followers."""
        for rows in self._posts:
            yield POST_SNAPSHOTS.rows(
                [
                    {
                        "date": self._counted_on,
                        **{name: row.get(name) for name in POST_SNAPSHOTS.columns if name != "date"},
                    }
                    for row in rows
                ]
            )

    @property
    def _counted_on(self) -> date:
        """The last complete day: what is told only as of now is dated on it."""
        return max(self._request.window.date_to, self._request.as_of.date() - timedelta(days=1))

    @cached_property
    def _posts(self) -> list[Rows]:
        """Rows of each account's posts, asked for once for both tables."""
        found = []
        for page, api in self._pages.items():
            found.append(post_rows(api, page, self.post_days))
            LOG.info("page %s: %d posts", page, len(found[-1]))
        for account in self._accounts:
            found.append(media_rows(self._user, account, self.post_days))
            LOG.info("instagram %s: %d media", account, len(found[-1]))
        return found


def _not_older(request: LoadRequest, history_days: int) -> Window | None:
    """The window, cut where the vendor's history begins: older days are neither asked for nor emptied."""
    first = max(request.window.date_from, request.as_of.date() - timedelta(days=history_days))
    return Window(first, request.window.date_to) if first <= request.window.date_to else None


def _days(window: Window | None) -> list[object]:
    return list(window.days()) if window else []


def _ids(text: str) -> list[str]:
    return [part.strip() for part in str(text).split(",") if part.strip()]


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
        Setting("app_secret", "signs every call, where the app demands it", is_secret=True, is_required=False),
        Setting("api_version", "default v26.0", is_required=False),
        Setting("base_url", "another host than graph.facebook.com", is_required=False),
    ),
    build=lambda request: meta_organic_source(request),
    one_of=(("page_ids",), ("ig_user_ids",)),
    reload_days=30,
    settle_days=2,
)
