"""Bodies of Page insights, Instagram insights, posts and media."""

import msgspec

from connectors.common.meta_graph import Wire


class Point(Wire):
    """`end_time` is the end of the day; a lifetime metric has none. Split metrics give an object."""

    value: int | float | dict[str, float] | None = None
    end_time: str | None = None


class TotalValue(Wire):
    value: int | float | None = None


class Metric(Wire):
    name: str
    values: list[Point] = msgspec.field(default_factory=list)
    total_value: TotalValue | None = None


class Metrics(Wire):
    """Insights; the paging beside `data` never ends and is not followed."""

    data: list[Metric] = msgspec.field(default_factory=list)


class Count(Wire):
    count: int = 0


class Summary(Wire):
    total_count: int = 0


class Summarised(Wire):
    summary: Summary = msgspec.field(default_factory=Summary)


class PagePost(Wire):
    id: str
    created_time: str
    shares: Count = msgspec.field(default_factory=Count)  # absent if there are none
    reactions: Summarised = msgspec.field(default_factory=Summarised)
    comments: Summarised = msgspec.field(default_factory=Summarised)


class Media(Wire):
    id: str
    timestamp: str
    media_type: str = ""
    media_product_type: str = ""
    like_count: int | None = None
    comments_count: int | None = None


class Account(Wire):
    id: str
    access_token: str | None = None
    followers_count: int | None = None
