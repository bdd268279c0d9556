"""Bodies of runReport, only the parts that are read. Every value is a text; what is at its default is left out."""

import msgspec

from connectors.common.google_api import Wire


class Value(Wire):
    value: str = ""


class Row(Wire):
    """Values stand in the order of the headers. Tuples: what they hold is flat, so collecting garbage is cheap."""

    dimension_values: tuple[Value, ...] = ()
    metric_values: tuple[Value, ...] = ()


class Header(Wire):
    name: str


class SamplingMetadata(Wire):
    samples_read_count: str = "0"
    sampling_space_size: str = "0"


class Metadata(Wire):
    currency_code: str = ""
    time_zone: str = ""
    data_loss_from_other_row: bool = False  # rare values were folded into (other)
    subject_to_thresholding: bool = False  # rows of few people were withheld
    sampling_metadatas: list[SamplingMetadata] = msgspec.field(default_factory=list)


class Quota(Wire):
    remaining: int | None = None


class PropertyQuota(Wire):
    tokens_per_day: Quota = msgspec.field(default_factory=Quota)
    tokens_per_hour: Quota = msgspec.field(default_factory=Quota)
    tokens_per_project_per_hour: Quota = msgspec.field(default_factory=Quota)
    potentially_thresholded_requests_per_hour: Quota = msgspec.field(default_factory=Quota)


class Page(Wire):
    """One page; an empty report has neither `rows` nor `row_count`."""

    dimension_headers: list[Header] = msgspec.field(default_factory=list)
    metric_headers: list[Header] = msgspec.field(default_factory=list)
    rows: list[Row] = msgspec.field(default_factory=list)
    row_count: int = 0
    metadata: Metadata = msgspec.field(default_factory=Metadata)
    property_quota: PropertyQuota | None = None
