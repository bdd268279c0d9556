"""Meta Marketing API insights, v26.0. Needs `SOURCES__META_ADS__ACCOUNT_IDS` and `SOURCES__META_ADS__ACCESS_TOKEN`.

What is throttled is the app's and the account's share of calls; the vendor tells in headers and by error code.
"""

import logging
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from functools import cached_property

import dlt
import pyarrow as pa
from dlt.extract import DltResource

from connectors.common.meta_graph import GraphApi
from connectors.common.resource import resource
from connectors.common.source import LoadRequest, Setting, Source
from connectors.common.table import Table
from connectors.common.window import GRAINS, Grain
from connectors.meta_ads.api import InsightsApi, Report, Span
from connectors.meta_ads.columns import action_batch, insight_batch, reach_batch
from connectors.meta_ads.tables import (
    ACCOUNTS,
    ADS_DAILY,
    CAMPAIGN_ACTIONS_DAILY,
    CAMPAIGN_AGE_GENDER_DAILY,
    CAMPAIGN_COUNTRIES_DAILY,
    CAMPAIGN_DEVICES_DAILY,
    CAMPAIGNS_DAILY,
    REACH,
    TABLES,
)
from connectors.meta_ads.wire import Account, Insight

LOG = logging.getLogger("nyckeltal.meta_ads")

HISTORY_MONTHS = 37  # the vendor refuses older days
_SCOPE = ("account_id", "account_currency", "campaign_id")
_COUNTS = ("impressions", "clicks", "inline_link_clicks", "spend")
_ACTIONS = ("inline_post_engagement", "video_play_actions", "video_p100_watched_actions", "actions", "action_values")

_OF_CAMPAIGN = (*_SCOPE, *_COUNTS, *_ACTIONS)

CAMPAIGNS = Report("campaign", (*_OF_CAMPAIGN, "campaign_name", "objective"), ("campaign_id",))
DAY_REPORTS = (
    (ADS_DAILY, Report("ad", (*_OF_CAMPAIGN, "adset_id", "adset_name", "ad_id", "ad_name"), ("ad_id",))),
    (CAMPAIGN_COUNTRIES_DAILY, Report("campaign", _OF_CAMPAIGN, ("campaign_id", "country"), ("country",))),
    (
        CAMPAIGN_DEVICES_DAILY,
        Report("campaign", _OF_CAMPAIGN, ("campaign_id", "impression_device"), ("impression_device",)),
    ),
    (
        CAMPAIGN_AGE_GENDER_DAILY,
        Report("campaign", (*_SCOPE, *_COUNTS), ("campaign_id", "age", "gender"), ("age", "gender")),
    ),
)
# Rows of reach by level: name here, level and id of the vendor.
REACH_LEVELS = {
    "account": ("account", ()),
    "campaign": ("campaign", ("campaign_id",)),
    "ad_set": ("adset", ("campaign_id", "adset_id")),
}
# Equal to asking for each period with `all_days`: seven days counted from a Monday are ISO weeks, `monthly` are
# calendar months. There is no such increment for quarters: each is a question of its own.
INCREMENTS: dict[Grain, str] = {"day": "1", "week": "7", "month": "monthly", "quarter": "all_days"}


@dlt.source(name="meta_ads", section="meta_ads", max_table_nesting=0)
def meta_ads_source(
    request: LoadRequest,
    account_ids: str | None = dlt.config.value,
    access_token: str | None = dlt.secrets.value,
    app_secret: str | None = dlt.secrets.value,
    api_version: str = "v26.0",
    base_url: str = "https://graph.facebook.com",
) -> Iterable[DltResource]:
    """Campaign, ad and breakdown days of the window, and reach of every period that it touches."""
    graph = GraphApi("meta_ads", base_url, api_version, lambda: access_token or "", app_secret)
    ids = [text.strip().removeprefix("act_") for text in str(account_ids or "").split(",") if text.strip()]
    download = Download(InsightsApi(graph), ids, request)
    yield resource(ACCOUNTS, lambda: download.account_batches())
    yield resource(CAMPAIGNS_DAILY, lambda: download.campaign_batches(), download.days)
    yield resource(CAMPAIGN_ACTIONS_DAILY, lambda: download.action_batches(), download.days)
    for table, report in DAY_REPORTS:
        yield resource(table, lambda table=table, report=report: download.day_batches(table, report), download.days)
    yield resource(REACH, lambda: download.reach_batches(), [period.id for period in download.periods])


class Download:
    """One load: the accounts, and the campaign days that feed two tables, are asked for once."""

    def __init__(self, api: InsightsApi, account_ids: list[str], request: LoadRequest) -> None:
        self._api = api
        self._account_ids = account_ids
        first = _months_before(request.as_of.date(), HISTORY_MONTHS)
        if request.window.date_from < first:
            LOG.warning("the vendor keeps %d months: days before %s are not asked for", HISTORY_MONTHS, first)
        window = request.window
        self.days = [day for day in window.days() if day >= first]
        # A past window must not cut the period that it ends in: periods end whole, or where this load's data ends.
        # Of a load up to now that is the window's end, for its last day is at most two behind the clock's UTC day.
        ending = max(window.date_to, request.as_of.date() - timedelta(days=2))
        self.periods = [
            period for grain in GRAINS for period in window.periods(grain, ending) if period.date_from >= first
        ]
        self._window = window

    def account_batches(self) -> Iterator[pa.Table]:
        rows: list[dict[str, object]] = [
            {"account_id": account.account_id, "time_zone": account.timezone_name, "currency": account.currency}
            for account in self._accounts
        ]
        yield ACCOUNTS.rows(rows)

    def campaign_batches(self) -> Iterator[pa.Table]:
        for account, rows in self._campaign_days:
            yield insight_batch(CAMPAIGNS_DAILY, account, rows)
        LOG.info("campaigns_daily: %d rows", sum(len(rows) for _, rows in self._campaign_days))

    def action_batches(self) -> Iterator[pa.Table]:
        for account, rows in self._campaign_days:
            yield action_batch(account, rows)

    def day_batches(self, table: Table, report: Report) -> Iterator[pa.Table]:
        count = 0
        for account, rows in self._rows(report, [Span(day, day) for day in self.days]):
            count += len(rows)
            yield insight_batch(table, account, rows)
        LOG.info("%s: %d rows", table.name, count)

    def reach_batches(self) -> Iterator[pa.Table]:
        for grain in GRAINS:
            spans = [Span(period.date_from, period.date_to) for period in self.periods if period.grain == grain]
            questions = [[span] for span in spans] if INCREMENTS[grain] == "all_days" else [spans]
            for name, (level, key) in REACH_LEVELS.items():
                fields = (*_SCOPE[:2], *key, "reach", "impressions")
                report = Report(level, fields, key, increment=INCREMENTS[grain])
                for question in questions:
                    for account, rows in self._rows(report, question):
                        yield reach_batch(account, self._window, grain, name, rows)
            LOG.info("reach per %s: %d periods", grain, len(spans))

    @cached_property
    def _accounts(self) -> list[Account]:
        return [self._api.account(account_id) for account_id in self._account_ids]

    @cached_property
    def _campaign_days(self) -> list[tuple[Account, list[Insight]]]:
        return list(self._rows(CAMPAIGNS, [Span(day, day) for day in self.days]))

    def _rows(self, report: Report, spans: list[Span]) -> Iterator[tuple[Account, list[Insight]]]:
        for account in self._accounts:
            for rows in self._api.rows(account.account_id, report, spans):
                yield account, rows


def _months_before(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, 28))


SOURCE = Source(
    name="meta_ads",
    title="Meta Ads",
    tables=TABLES,
    settings=(
        Setting("account_ids", "ad accounts, a comma list of numbers with or without act_"),
        Setting("access_token", "a system user's token with ads_read", is_secret=True),
        Setting("app_secret", "signs every call, where the app demands it", is_secret=True, is_required=False),
        Setting("api_version", "default v26.0", is_required=False),
        Setting("base_url", "another host than graph.facebook.com", is_required=False),
    ),
    build=lambda request: meta_ads_source(request),
    reload_days=28,
    settle_days=28,
)
