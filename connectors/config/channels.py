"""The channels, and `channels.csv`: the company's own rules for them."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

# The ids of the seed `channels`.
CHANNELS = (
    *("direct", "organic_search", "paid_search", "organic_social", "paid_social", "email", "referral", "display"),
    *("organic_video", "paid_video", "organic_shopping", "paid_shopping", "cross_network", "affiliates", "audio"),
    *("sms", "push", "paid_other", "pos", "unknown"),
)
ALL = "(all)"


def _channel(name: str) -> str:
    if name not in CHANNELS:
        raise ValueError(f"{name!r} is no channel: write one of {', '.join(CHANNELS)}")
    return name


def _channel_or_all(name: str) -> str:
    return name if name == ALL else _channel(name)


Channel = Annotated[str, AfterValidator(_channel)]
ChannelOrAll = Annotated[str, AfterValidator(_channel_or_all)]


class ChannelRule(BaseModel):
    """One rule. `pattern`: lower case, `*` = any text; `priority`: the lowest that fits wins."""

    model_config = ConfigDict(extra="forbid")

    match_kind: Literal["channel_group", "source_medium", "campaign_type", "crm"]
    pattern: Annotated[str, Field(min_length=1)]
    channel: Channel
    priority: int = 100
