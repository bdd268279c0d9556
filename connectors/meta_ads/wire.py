"""Bodies of the Marketing API as far as they are asked for (contract: vendor page `meta`, section 3).

Every number is a text; a key that is not there means zero.
"""

from datetime import date

from connectors.common.meta_graph import Wire


class Account(Wire):
    account_id: str
    currency: str
    timezone_name: str


class Action(Wire):
    action_type: str
    value: str = "0"


class Insight(Wire):
    """One row of any report; what was not asked for stays at its default."""

    date_start: date
    account_id: str = ""
    account_currency: str | None = None
    campaign_id: str = ""
    campaign_name: str | None = None
    objective: str | None = None
    adset_id: str = ""
    adset_name: str | None = None
    ad_id: str = ""
    ad_name: str | None = None
    country: str = ""
    impression_device: str = ""
    age: str = ""
    gender: str = ""
    impressions: str = "0"
    reach: str = "0"
    clicks: str = "0"
    inline_link_clicks: str = "0"
    inline_post_engagement: str = "0"
    spend: str = "0"
    video_play_actions: tuple[Action, ...] = ()
    video_p100_watched_actions: tuple[Action, ...] = ()
    actions: tuple[Action, ...] = ()
    action_values: tuple[Action, ...] = ()


class ReportRun(Wire):
    report_run_id: str


class RunStatus(Wire):
    async_status: str
    async_percent_completion: int = 0
    error_message: str = ""
