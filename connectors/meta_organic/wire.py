"""Bodies of Page and Instagram insights, posts and media (contract: vendor page `meta`, sections 4 and 5).

Texts of posts are not asked for.
"""

from datetime import datetime

from connectors.common.meta_graph import Wire

Value = int | float | dict[str, int | float] | None


class PageToken(Wire):
    access_token: str


class InstagramUser(Wire):
    followers_count: int


class InsightValue(Wire):
    """`end_time` ends the day: the Pacific midnight that follows it. A split metric has an object, `{}` for nothing."""

    value: Value = None
    end_time: datetime | None = None


class TotalValue(Wire):
    value: Value = None


class Metric(Wire):
    """A series, or one total for the days asked for, or (of a post) one lifetime value."""

    name: str
    values: tuple[InsightValue, ...] = ()
    total_value: TotalValue | None = None


class Insights(Wire):
    """The links beside the data are date windows without an end: they are not decoded."""

    data: list[Metric]


class Summary(Wire):
    total_count: int


class Edge(Wire):
    summary: Summary | None = None


class Shares(Wire):
    count: int


class FacebookPost(Wire):
    id: str
    created_time: datetime
    shares: Shares | None = None  # absent if there are none
    reactions: Edge | None = None
    comments: Edge | None = None


class InstagramMedia(Wire):
    id: str
    timestamp: datetime
    media_type: str
    media_product_type: str = "FEED"
    like_count: int | None = None  # absent where the owner hides it
    comments_count: int | None = None


class BatchAnswer(Wire):
    """`body` is JSON in a text."""

    code: int
    body: str = ""
