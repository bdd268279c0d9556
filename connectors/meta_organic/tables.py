"""What lands from Facebook Pages and Instagram. Captions, messages and names are never asked for."""

from connectors.common.table import DAY, INSTANT, TEXT, WHOLE, Reload, Table

PAGE_DAYS = Table(
    "page_days",
    {
        "date": DAY,  # Pacific
        "page_id": TEXT,
        "media_views": WHOLE,
        "media_viewers": WHOLE,  # distinct people: never added up
        "post_engagements": WHOLE,
        "follows": WHOLE,
        "unfollows": WHOLE,
        "followers": WHOLE,  # stock at the end of the day
    },
    ("date", "page_id"),
    Reload.WINDOW,
    window_column="date",
    description="Facebook Page days; null where the vendor no longer has the metric.",
)
INSTAGRAM_DAYS = Table(
    "instagram_days",
    {
        "date": DAY,  # Pacific
        "ig_user_id": TEXT,
        "views": WHOLE,
        "reach": WHOLE,
        "total_interactions": WHOLE,
    },
    ("date", "ig_user_id"),
    Reload.WINDOW,
    window_column="date",
    description="Instagram account days.",
)
INSTAGRAM_NEW_FOLLOWERS = Table(
    "instagram_new_followers",
    {"date": DAY, "ig_user_id": TEXT, "new_followers": WHOLE},
    ("date", "ig_user_id"),
    Reload.MERGE,
    description="New followers by Pacific day. The vendor forgets them after 30 days, so no reload takes any away.",
    is_unrepeatable=True,
)
FOLLOWER_SNAPSHOTS = Table(
    "follower_snapshots",
    {"date": DAY, "ig_user_id": TEXT, "followers": WHOLE},
    ("date", "ig_user_id"),
    Reload.MERGE,
    description="Followers of Instagram accounts as counted on each day that was loaded; cannot be asked for again.",
    is_unrepeatable=True,
)
POSTS = Table(
    "posts",
    {
        "published_date": DAY,  # UTC; only tells which posts a reload replaces
        "post_id": TEXT,
        "platform": TEXT,  # facebook, instagram
        "account_id": TEXT,
        "published_at": INSTANT,
        "post_type": TEXT,
        "likes": WHOLE,  # on Facebook every reaction
        "comments": WHOLE,
        "shares": WHOLE,
        "saves": WHOLE,  # null on Facebook
        "views": WHOLE,
        "reach": WHOLE,
    },
    ("post_id",),
    Reload.WINDOW,
    window_column="published_date",
    description="Posts with their lifetime counters as last seen; a deleted post is gone.",
)
POST_SNAPSHOTS = Table(
    "post_snapshots",
    {
        "date": DAY,
        "post_id": TEXT,
        "platform": TEXT,
        "account_id": TEXT,
        "published_at": INSTANT,
        "likes": WHOLE,
        "comments": WHOLE,
        "shares": WHOLE,
        "saves": WHOLE,
    },
    ("date", "post_id"),
    Reload.MERGE,
    description="Counters of posts as they stood on each day that was loaded; cannot be asked for again.",
    is_unrepeatable=True,
)
TABLES = (PAGE_DAYS, INSTAGRAM_DAYS, INSTAGRAM_NEW_FOLLOWERS, FOLLOWER_SNAPSHOTS, POSTS, POST_SNAPSHOTS)
