"""Rows of the table `posts`: what a list says of each post, joined with its insights."""

from connectors.common.window import Window
from connectors.meta_organic.insights import OrganicApi, utc_date
from connectors.meta_organic.wire import FacebookPost, InstagramMedia

POST_METRICS = ("post_media_view", "post_total_media_view_unique")
MEDIA_METRICS = ("reach", "views", "likes", "comments", "saved", "shares")
POST_FIELDS = "id,created_time,shares,reactions.summary(total_count).limit(0),comments.summary(total_count).limit(0)"
MEDIA_FIELDS = "id,media_type,media_product_type,timestamp,like_count,comments_count"
Rows = list[dict[str, object]]


def post_rows(api: OrganicApi, page: str, days: Window) -> Rows:
    """A Page's posts of these UTC days."""
    listed = api.newest_first(FacebookPost, f"{page}/published_posts", POST_FIELDS, "created_time", days.date_from)
    posts = [post for post in listed if utc_date(post.created_time) <= days.date_to]
    counters = api.lifetime("posts", [post.id for post in posts], POST_METRICS)
    return [
        {
            "published_date": utc_date(post.created_time),
            "post_id": post.id,
            "platform": "facebook",
            "account_id": page,
            "published_at": post.created_time,
            "post_type": "unknown",
            "likes": post.reactions.summary.total_count if post.reactions and post.reactions.summary else None,
            "comments": post.comments.summary.total_count if post.comments and post.comments.summary else None,
            "shares": post.shares.count if post.shares else 0,
            "views": counters.get(post.id, {}).get("post_media_view"),
            "reach": counters.get(post.id, {}).get("post_total_media_view_unique"),
        }
        for post in posts
    ]


def media_rows(api: OrganicApi, account: str, days: Window) -> Rows:
    """An account's media of these UTC days."""
    listed = api.newest_first(InstagramMedia, f"{account}/media", MEDIA_FIELDS, "timestamp", days.date_from)
    media = [item for item in listed if utc_date(item.timestamp) <= days.date_to]
    counters: dict[str, dict[str, int]] = {}
    # Metrics differ by kind, and one that a kind does not have fails the call: kinds are asked for apart.
    for kind in sorted({item.media_product_type for item in media}):
        ids = [item.id for item in media if item.media_product_type == kind]
        counters |= api.lifetime(f"Instagram {kind}", ids, MEDIA_METRICS)
    return [_media_row(account, item, counters.get(item.id, {})) for item in media]


def _media_row(account: str, item: InstagramMedia, counters: dict[str, int]) -> dict[str, object]:
    """Likes that the owner hides on the post are still in its insights."""
    return {
        "published_date": utc_date(item.timestamp),
        "post_id": item.id,
        "platform": "instagram",
        "account_id": account,
        "published_at": item.timestamp,
        "post_type": _post_type(item),
        "likes": counters.get("likes", item.like_count),
        "comments": counters.get("comments", item.comments_count),
        "shares": counters.get("shares"),
        "saves": counters.get("saved"),
        "views": counters.get("views"),
        "reach": counters.get("reach"),
    }


def _post_type(item: InstagramMedia) -> str:
    if item.media_product_type == "REELS":
        return "reel"
    return "video" if item.media_type == "VIDEO" else "photo"
