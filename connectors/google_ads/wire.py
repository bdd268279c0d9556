"""Bodies of searchStream, only the parts that are read. Whole numbers are texts on the wire, doubles are numbers.

Attributes are named as in the query language, so that `metrics.cost_micros` is both a field to select and a path.
"""

import msgspec

from connectors.common.google_api import Failure, Wire


class Metrics(Wire):
    impressions: str = "0"
    clicks: str = "0"
    cost_micros: str = "0"  # millionths of the account's currency
    conversions: float = 0.0  # fractional
    conversions_value: float = 0.0  # major units
    all_conversions: float = 0.0
    view_through_conversions: str = "0"
    engagements: str = "0"
    video_trueview_views: str = "0"
    video_quartile_p100_rate: float = 0.0  # of the impressions


class Segments(Wire):
    date: str = ""
    device: str = "UNSPECIFIED"
    conversion_action_name: str = ""
    conversion_action_category: str = "UNSPECIFIED"


class Campaign(Wire):
    id: str
    name: str = ""
    status: str = ""
    advertising_channel_type: str = ""


class AdGroup(Wire):
    id: str
    name: str = ""
    status: str = ""


class Ad(Wire):
    id: str
    name: str = ""
    type: str = ""


class AdGroupAd(Wire):
    ad: Ad
    status: str = ""


class Keyword(Wire):
    text: str = ""
    match_type: str = ""


class AdGroupCriterion(Wire):
    criterion_id: str
    status: str = ""
    keyword: Keyword = msgspec.field(default_factory=Keyword)


class GeographicView(Wire):
    country_criterion_id: str = "0"
    location_type: str = "UNSPECIFIED"


class GeoTargetConstant(Wire):
    id: str
    country_code: str = ""


class Customer(Wire):
    """An account; as `customer_client` one that a manager account leads to, the manager itself included."""

    id: str
    manager: bool = False
    status: str = "ENABLED"
    currency_code: str = ""
    time_zone: str = ""
    descriptive_name: str = ""


class Row(Wire):
    """One row: whatever resources the query selects."""

    customer: Customer | None = None
    customer_client: Customer | None = None
    geo_target_constant: GeoTargetConstant | None = None
    campaign: Campaign | None = None
    ad_group: AdGroup | None = None
    ad_group_ad: AdGroupAd | None = None
    ad_group_criterion: AdGroupCriterion | None = None
    geographic_view: GeographicView | None = None
    metrics: Metrics = msgspec.field(default_factory=Metrics)
    segments: Segments = msgspec.field(default_factory=Segments)


class Chunk(Wire):
    """One of the parts that a stream comes in, some 10,000 rows; an empty answer has no chunk or one without rows."""

    results: list[Row] = msgspec.field(default_factory=list)
    error: Failure | None = None
