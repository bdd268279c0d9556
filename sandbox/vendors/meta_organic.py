"""Facebook Page and Instagram insights over the truth: days, follower stocks, posts with growing counters.

A day is told once the day after it has begun in the company's zone. Metrics show these columns of truth:
page_media_view = views, page_total_media_view_unique = reach, page_daily_follows = follows,
page_daily_unfollows_unique = unfollows, page_follows = followers_end; Instagram the same under its own names.
"""

import json
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import Any, ClassVar
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from sandbox.vendors.encode import instants, plain_instant
from sandbox.vendors.graph_api import VERSION, ZONE, GraphVendor, Params, RefusedError, instant, listed
from sandbox.world.model import World

PAGE, ACCOUNT = "444444444", "17841400000000001"
PAGE_COLUMNS = {
    "page_media_view": "views",
    "page_total_media_view_unique": "reach",
    "page_daily_follows": "follows",
    "page_daily_unfollows_unique": "unfollows",
    "page_follows": "followers_end",
}
ACCOUNT_COLUMNS = {"reach": "reach", "follower_count": "follows", "views": "views"}
POST_COLUMNS = {"post_media_view": "views", "post_total_media_view_unique": "reach"}
MEDIA_COLUMNS = {name: name for name in ("reach", "views", "likes", "comments", "shares")} | {"saved": "saves"}
COUNTERS = ("likes", "comments", "shares", "saves", "views", "reach")
HOURS_TO_FULL_COUNT = 336
LONGEST_DAYS = {PAGE: 90, ACCOUNT: 30}
INVALID = RefusedError(100, "(#100) The value must be a valid insights metric")


class MetaOrganic(GraphVendor):
    """One Page and one Instagram account. `page_post_engagements` counts as retired here."""

    name = "meta_organic"
    token = "EAAGsandboxorganic"  # noqa: S105 - opens nothing but the sandbox
    page_token = "EAAGsandboxpage"  # noqa: S105
    credentials: ClassVar[dict[str, str]] = {
        "access_token": token,
        "page_ids": PAGE,
        "ig_user_ids": ACCOUNT,
        "page_history_days": "1200",
        "instagram_history_days": "1200",
    }

    def __init__(self, world: World, as_of: datetime, base_url: str) -> None:
        super().__init__(world, as_of, base_url)
        self._told_until = as_of.astimezone(ZoneInfo(world.company.zone)).date() - timedelta(days=1)

    def _forget(self) -> None:
        self.__dict__.pop("_days", None)

    def _answer(self, method: str, path: str, params: Params, token: str) -> Any:
        if method == "POST" and not path:
            return [self._in_batch(call, token) for call in json.loads(params["batch"])]
        owner, _, edge = path.partition("/")
        wanted = self.page_token if owner.startswith(PAGE) and edge else self.token
        if token != wanted:
            raise RefusedError(190, f"Malformed access token {token}")
        if not edge:
            return self._account(owner)
        if edge in ("published_posts", "media"):
            return self._page(self._listed(owner, params), path, params)
        if owner in (PAGE, ACCOUNT):
            return self._account_insights(owner, params)
        return self._post_insights(owner, params)

    def _in_batch(self, call: dict[str, str], token: str) -> dict[str, Any]:
        """One call of a batch: its answer is JSON in a text."""
        path, _, query = call["relative_url"].removeprefix(f"{VERSION}/").partition("?")
        try:
            return {"code": 200, "body": json.dumps(self._answer(call["method"], path, dict(parse_qsl(query)), token))}
        except RefusedError as refused:
            return {"code": refused.status, "body": json.dumps(refused.body)}

    def _account(self, owner: str) -> dict[str, Any]:
        if owner == PAGE:
            return {"access_token": self.page_token, "id": PAGE}
        if owner != ACCOUNT:
            raise RefusedError(100, f"Object with ID '{owner}' does not exist", 33)
        stock = [row["followers_end"] for day, row in sorted(self._days[ACCOUNT].items())]
        return {"id": ACCOUNT, "followers_count": stock[-1] if stock else 0}

    def _account_insights(self, owner: str, params: Params) -> dict[str, Any]:
        columns = PAGE_COLUMNS if owner == PAGE else ACCOUNT_COLUMNS
        metrics = listed(params["metric"])
        is_total = params.get("metric_type") == "total_value"
        if set(metrics) - set(columns) - ({"total_interactions"} if is_total else set()):
            raise INVALID
        since, until = (
            instant(params["since"]).astimezone(ZONE).date(),
            instant(params["until"]).astimezone(ZONE).date(),
        )
        if (until - since).days > LONGEST_DAYS[owner]:
            raise RefusedError(100, "(#100) There cannot be more than 30 days between since and until")
        days = [since + timedelta(days=offset) for offset in range((until - since).days)]
        known = [(day, self._days[owner][day]) for day in days if day in self._days[owner]]
        if is_total:
            shown = [
                {"name": name, "period": "day", "total_value": {"value": sum(row[columns[name]] for _, row in known)}}
                for name in metrics
                if name in columns and known
            ]
        else:
            if "follower_count" in metrics and since < self._as_of.date() - timedelta(days=30):
                raise RefusedError(
                    100, "(#100) (follower_count) metric only supports querying data for the last 30 days"
                )
            shown = [
                {
                    "name": name,
                    "period": "day",
                    "values": [{"value": row[columns[name]], "end_time": _end(day)} for day, row in known],
                    "id": f"{owner}/insights/{name}/day",
                }
                for name in metrics
            ]
        span = f"since={until.isoformat()}&access_token={self.token}"
        link = f"https://graph.facebook.com/{VERSION}/{owner}/insights?{span}"
        return {"data": shown, "paging": {"previous": link, "next": link}}

    def _listed(self, owner: str, params: Params) -> list[str]:
        posts = self._posts[self._posts["account_id"] == owner]
        if "since" in params:
            posts = posts[posts["at"] >= plain_instant(instant(params["since"]))]
        if "until" in params:
            posts = posts[posts["at"] < plain_instant(instant(params["until"]) + timedelta(days=1))]
        return [json.dumps(_post(row, owner)) for row in posts.to_dict("records")]

    def _post_insights(self, post: str, params: Params) -> dict[str, Any]:
        row = self._by_id.get(post.removeprefix(f"{PAGE}_"))
        if row is None:
            raise RefusedError(100, f"Object with ID '{post}' does not exist", 33)
        columns = POST_COLUMNS if row["account_id"] == PAGE else MEDIA_COLUMNS
        metrics = listed(params["metric"])
        if set(metrics) - set(columns):
            raise INVALID
        values = {name: int(row[columns[name]]) for name in metrics}
        return {
            "data": [
                {"name": name, "period": "lifetime", "values": [{"value": value}]} for name, value in values.items()
            ]
        }

    @cached_property
    def _days(self) -> dict[str, dict[date, dict[str, int]]]:
        table = self._world.tables["social_days"]
        found: dict[str, dict[date, dict[str, int]]] = {PAGE: {}, ACCOUNT: {}}
        for row in table.to_dict("records"):
            day = pd.Timestamp(row["date"]).date()
            if day <= self._told_until and day not in self._vanished:
                columns = ("views", "reach", "follows", "unfollows", "followers_end")
                found[str(row["account_id"])][day] = {name: int(row[name]) for name in columns}
        return found

    @cached_property
    def _posts(self) -> pd.DataFrame:
        """Posts that are there, newest first, with their counters as of now."""
        now = plain_instant(self._as_of)
        table = self._world.tables["social_posts"]
        table = table.assign(at=instants(table["published_at"]), gone=instants(table["deleted_at"]))
        table = table[(table["at"] <= now) & ~(table["gone"] <= now)].copy()
        age_hours = (now - table["at"].to_numpy()) / np.timedelta64(1, "h")
        share = np.minimum(1.0, age_hours / HOURS_TO_FULL_COUNT)
        for name in COUNTERS:
            table[name] = np.floor(table[name].fillna(0).to_numpy(dtype=float) * share).astype(np.int64)
        table["account_id"] = table["account_id"].astype(str)
        return table.sort_values("at", ascending=False)

    @cached_property
    def _by_id(self) -> dict[str, dict[Any, Any]]:
        return {str(row["post_id"]): row for row in self._posts.to_dict("records")}


def _post(row: dict[Any, Any], owner: str) -> dict[str, Any]:
    published = pd.Timestamp(row["at"]).strftime("%Y-%m-%dT%H:%M:%S+0000")
    if owner == PAGE:
        shares = {"shares": {"count": row["shares"]}} if row["shares"] else {}
        counts = {
            name: {"data": [], "summary": {"total_count": row[key]}}
            for name, key in (("reactions", "likes"), ("comments", "comments"))
        }
        return {"id": f"{PAGE}_{row['post_id']}", "created_time": published, **shares, **counts}
    kind = {"photo": ("IMAGE", "FEED"), "video": ("VIDEO", "FEED"), "reel": ("VIDEO", "REELS")}[str(row["post_type"])]
    return {
        "id": row["post_id"],
        "media_type": kind[0],
        "media_product_type": kind[1],
        "timestamp": published,
        "like_count": row["likes"],
        "comments_count": row["comments"],
    }


def _end(day: date) -> str:
    """The Pacific midnight that ends the day."""
    midnight = datetime.combine(day + timedelta(days=1), datetime.min.time(), ZONE)
    return midnight.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")


VENDOR = MetaOrganic
