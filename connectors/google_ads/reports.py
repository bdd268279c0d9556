"""Which field of the vendor fills which column: the query and its reading are made from one declaration."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from connectors.common.errors import UnexpectedAnswerError
from connectors.common.table import MONEY, Table
from connectors.common.window import Window
from connectors.google_ads.tables import (
    ACCOUNT_TOTALS_DAILY,
    AD_GROUPS_DAILY,
    ADS_DAILY,
    CAMPAIGN_COUNTRIES_DAILY,
    CAMPAIGNS_DAILY,
    CONVERSION_ACTIONS_DAILY,
    KEYWORDS_DAILY,
)
from connectors.google_ads.wire import Customer, Row

_MICRO = pa.scalar("0.000001", pa.string()).cast(pa.decimal128(6, 6))

_COUNTS = {
    "impressions": "metrics.impressions",
    "clicks": "metrics.clicks",
    "cost_amount": "metrics.cost_micros",
}
_CONVERSIONS = {
    "conversions": "metrics.conversions",
    "conversions_value_amount": "metrics.conversions_value",
}
_ATTENTION = {"engagements": "metrics.engagements", "video_views": "metrics.video_trueview_views"}
_AD_GROUP = {"campaign_id": "campaign.id", "ad_group_id": "ad_group.id"}


@dataclass(frozen=True)
class Report:
    """A query by day. `fields`: column of the table → field of the vendor, beside `date` and the account's columns."""

    table: Table
    resource: str
    fields: Mapping[str, str]

    def query(self, days: Window) -> str:
        fields = ", ".join(("segments.date", *self.fields.values()))
        return (
            f"SELECT {fields} FROM {self.resource} WHERE segments.date BETWEEN '{days.date_from}' AND '{days.date_to}'"
        )

    def batch(self, account: Customer, rows: Sequence[Row], more: Mapping[str, list[Any]] | None = None) -> pa.Table:
        """Rows as they land; `more`: columns that no field gives. UnexpectedAnswerError when a figure is not one."""
        try:
            found = {
                name: _column(list(map(attrgetter(path), rows)), path, self.table.columns[name])
                for name, path in {"date": "segments.date", **self.fields}.items()
            }
        except (pa.ArrowInvalid, AttributeError):
            raise UnexpectedAnswerError(
                f"google_ads: rows of {self.resource} have changed their shape. Nothing was loaded; update the "
                "connector or report it."
            ) from None
        constant = {"account_id": account.id, "time_zone": account.time_zone, "currency": account.currency_code}
        return self.table.batch(
            {**found, **{name: [value] * len(rows) for name, value in constant.items()}, **(more or {})}
        )


def _column(values: list[Any], path: str, kind: pa.DataType) -> pa.Array:
    if not path.endswith("_micros"):
        return pa.array(values).cast(kind) if values else pa.array(values, kind)
    # Whole millionths times 0.000001 in decimals: nothing is rounded.
    micros = pa.array(values, pa.string()).cast(pa.decimal128(18, 0))
    return pc.call_function("multiply", [micros, _MICRO]).cast(MONEY)


REPORTS = (
    Report(ACCOUNT_TOTALS_DAILY, "customer", {**_COUNTS, **_CONVERSIONS}),
    Report(
        CAMPAIGNS_DAILY,
        "campaign",
        {
            "campaign_id": "campaign.id",
            "campaign_name": "campaign.name",
            "campaign_status": "campaign.status",
            "campaign_type": "campaign.advertising_channel_type",
            "device": "segments.device",
            **_COUNTS,
            **_CONVERSIONS,
            "all_conversions": "metrics.all_conversions",
            "view_through_conversions": "metrics.view_through_conversions",
            "video_completion_share": "metrics.video_quartile_p100_rate",
            **_ATTENTION,
        },
    ),
    Report(
        AD_GROUPS_DAILY,
        "ad_group",
        {
            **_AD_GROUP,
            "ad_group_name": "ad_group.name",
            "ad_group_status": "ad_group.status",
            **_COUNTS,
            **_CONVERSIONS,
            **_ATTENTION,
        },
    ),
    Report(
        ADS_DAILY,
        "ad_group_ad",
        {
            **_AD_GROUP,
            "ad_id": "ad_group_ad.ad.id",
            "ad_name": "ad_group_ad.ad.name",
            "ad_type": "ad_group_ad.ad.type",
            "ad_status": "ad_group_ad.status",
            **_COUNTS,
            **_CONVERSIONS,
            **_ATTENTION,
        },
    ),
    Report(
        KEYWORDS_DAILY,
        "keyword_view",
        {
            **_AD_GROUP,
            "criterion_id": "ad_group_criterion.criterion_id",
            "keyword_text": "ad_group_criterion.keyword.text",
            "match_type": "ad_group_criterion.keyword.match_type",
            "keyword_status": "ad_group_criterion.status",
            **_COUNTS,
            **_CONVERSIONS,
        },
    ),
    # An action cannot be asked for together with cost or clicks: a question of its own.
    Report(
        CONVERSION_ACTIONS_DAILY,
        "campaign",
        {
            "campaign_id": "campaign.id",
            "device": "segments.device",
            "conversion_action": "segments.conversion_action_name",
            "conversion_category": "segments.conversion_action_category",
            **_CONVERSIONS,
        },
    ),
)
# The view counts neither engagements nor video views.
COUNTRIES = Report(
    CAMPAIGN_COUNTRIES_DAILY,
    "geographic_view",
    {
        "campaign_id": "campaign.id",
        "country_criterion_id": "geographic_view.country_criterion_id",
        "location_type": "geographic_view.location_type",
        **_COUNTS,
        **_CONVERSIONS,
    },
)
