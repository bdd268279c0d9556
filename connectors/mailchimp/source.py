"""Mailchimp Marketing API 3.0, at most 10 calls at a time. Needs `SOURCES__MAILCHIMP__API_KEY`."""

import logging
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, time, timedelta
from functools import cached_property
from typing import Any, TypeVar

import dlt
import pyarrow as pa
from dlt.extract import DltResource

from connectors.common.resource import resource
from connectors.common.source import LoadRequest, Setting, Source
from connectors.common.window import Window
from connectors.mailchimp import columns
from connectors.mailchimp.api import MailchimpApi
from connectors.mailchimp.tables import CAMPAIGNS, GROWTH_HISTORY, LISTS, MEMBERS, RECIPIENTS, REPORTS, TABLES
from connectors.mailchimp.wire import (
    Campaign,
    Campaigns,
    EmailActivity,
    GrowthHistory,
    Lists,
    MailingList,
    Members,
    Report,
    Reports,
    SentToPage,
    Unsubscribed,
)

LOG = logging.getLogger("nyckeltal.mailchimp")
S = TypeVar("S", Campaign, Report)

REPORT_DAYS = 14  # after a send its figures move so long
# Only what is decoded is asked for: names, addresses, places and texts stay with the vendor.
CAMPAIGN_FIELDS = (
    "campaigns.id,campaigns.type,campaigns.status,campaigns.emails_sent,campaigns.send_time,"
    "campaigns.parent_campaign_id,campaigns.recipients.list_id,campaigns.settings.title,total_items"
)
REPORT_FIELDS = (
    "reports.id,reports.campaign_title,reports.list_id,reports.emails_sent,reports.abuse_reports,reports.unsubscribed,"
    "reports.send_time,reports.parent_campaign_id,reports.bounces,reports.opens,reports.clicks,total_items"
)
LIST_FIELDS = (
    "lists.id,lists.date_created,lists.stats.member_count,lists.stats.unsubscribe_count,lists.stats.cleaned_count,"
    "total_items"
)
MEMBER_FIELDS = (
    "members.id,members.contact_id,members.email_address,members.status,members.list_id,members.last_changed,"
    "members.timestamp_signup,members.timestamp_opt,total_items"
)
GROWTH_FIELDS = (
    "history.list_id,history.month,history.subscribed,history.unsubscribed,history.cleaned,history.deleted,total_items"
)
SENT_FIELDS = "sent_to.email_id,sent_to.status,total_items"
ACTIVITY_FIELDS = "emails.email_id,emails.activity.action,emails.activity.timestamp,total_items"
UNSUBSCRIBED_FIELDS = "unsubscribes.email_id,unsubscribes.timestamp,total_items"


@dlt.source(name="mailchimp", section="mailchimp", max_table_nesting=0)
def mailchimp_source(
    request: LoadRequest,
    api_key: str | None = dlt.secrets.value,
    report_days: int = REPORT_DAYS,
    base_url: str = "",
) -> Iterable[DltResource]:
    """Campaigns and reports of sends in the window, recipients of the latest sends, lists with members and growth."""
    download = Download(MailchimpApi(api_key or "", base_url), request, report_days)
    yield resource(CAMPAIGNS, lambda: download.campaign_batches(), download.sends.days())
    yield resource(REPORTS, lambda: download.report_batches(), download.sends.days())
    yield resource(RECIPIENTS, lambda: download.recipient_batches(), download.latest_sends.days())
    yield resource(LISTS, lambda: download.list_batches())
    yield resource(MEMBERS, lambda: download.member_batches())
    yield resource(GROWTH_HISTORY, lambda: download.growth_batches())


class Download:
    """One load. `sends`: UTC days whose sends are asked for; `latest_sends`: those whose recipients are, too."""

    def __init__(self, api: MailchimpApi, request: LoadRequest, report_days: int) -> None:
        self._api = api
        self._request = request
        # The window's days are the company's: a UTC day more at either end holds them in any zone.
        last = request.window.date_to + timedelta(days=1)
        first_moving = request.window.date_to - timedelta(days=report_days)
        self.sends = Window(min(request.window.date_from - timedelta(days=1), first_moving), last)
        self.latest_sends = Window(first_moving, last)

    def campaign_batches(self) -> Iterator[pa.Table]:
        sent = {"status": "sent", "sort_field": "send_time", "sort_dir": "ASC", "fields": CAMPAIGN_FIELDS}
        found = self._sent(Campaigns, "/campaigns", lambda page: page.campaigns, sent)
        LOG.info("%d campaigns", len(found))
        yield columns.campaign_batch(found)

    def report_batches(self) -> Iterator[pa.Table]:
        yield columns.report_batch(self._reports)

    def recipient_batches(self) -> Iterator[pa.Table]:
        """Three lists per campaign, reduced to one row per recipient."""
        days = set(self.latest_sends.days())
        for report in self._reports:
            if columns.sent_date(report.send_time or "") not in days:
                continue
            base = f"/reports/{report.id}"
            sent = self._all(SentToPage, f"{base}/sent-to", lambda page: page.sent_to, SENT_FIELDS)
            activity = self._all(EmailActivity, f"{base}/email-activity", lambda page: page.emails, ACTIVITY_FIELDS)
            left = self._all(Unsubscribed, f"{base}/unsubscribed", lambda page: page.unsubscribes, UNSUBSCRIBED_FIELDS)
            yield columns.recipient_batch(report, sent, activity, left, self._request.hasher)

    def list_batches(self) -> Iterator[pa.Table]:
        yield columns.list_batch(self._lists)

    def member_batches(self) -> Iterator[pa.Table]:
        since = self._request.changed_since
        params = {
            "fields": MEMBER_FIELDS,
            "sort_field": "last_changed",
            "sort_dir": "ASC",
            "since_last_changed": _iso(since) if since else None,
            "before_last_changed": _iso(self._request.as_of),
        }
        count = 0
        for item in self._lists:
            for members in self._api.walk(Members, f"/lists/{item.id}/members", lambda page: page.members, params):
                count += len(members)
                yield columns.member_batch(members, self._request.hasher)
        LOG.info("%d members", count)

    def growth_batches(self) -> Iterator[pa.Table]:
        for item in self._lists:
            path = f"/lists/{item.id}/growth-history"
            yield columns.growth_batch(self._all(GrowthHistory, path, lambda page: page.history, GROWTH_FIELDS))

    @cached_property
    def _reports(self) -> list[Report]:
        found = self._sent(Reports, "/reports", lambda page: page.reports, {"fields": REPORT_FIELDS})
        LOG.info("%d reports", len(found))
        return found

    @cached_property
    def _lists(self) -> list[MailingList]:
        found = self._all(Lists, "/lists", lambda page: page.lists, LIST_FIELDS)
        return list({item.id: item for item in found}.values())

    def _sent(self, kind: type[Any], path: str, rows: Callable[[Any], list[S]], params: dict[str, Any]) -> list[S]:
        """Sends of the window, each once. The filters may or may not hold their ends: days decide."""
        since = datetime.combine(self.sends.date_from, time()) - timedelta(seconds=1)
        before = datetime.combine(self.sends.date_to, time()) + timedelta(days=1)
        limits = {
            "since_send_time": f"{since.isoformat()}+00:00",
            "before_send_time": min(f"{before.isoformat()}+00:00", _iso(self._request.as_of)),
        }
        days = set(self.sends.days())
        found = {item.id: item for page in self._api.walk(kind, path, rows, params | limits) for item in page}
        return [item for item in found.values() if item.send_time and columns.sent_date(item.send_time) in days]

    def _all(self, kind: type[Any], path: str, rows: Callable[[Any], list[Any]], fields: str) -> list[Any]:
        return [item for page in self._api.walk(kind, path, rows, {"fields": fields}) for item in page]


def _iso(instant: datetime) -> str:
    """The vendor's form: UTC, whole seconds."""
    return f"{instant.astimezone(UTC):%Y-%m-%dT%H:%M:%S}+00:00"


SOURCE = Source(
    name="mailchimp",
    title="Mailchimp",
    tables=TABLES,
    settings=(
        Setting("api_key", "an account's API key, which ends in its data centre (…-us19)", is_secret=True),
        Setting("report_days", "days after a send in which its figures are asked for again", is_required=False),
        Setting("base_url", "another host than the data centre's", is_required=False),
    ),
    build=lambda request: mailchimp_source(request),
    reload_days=REPORT_DAYS,
    settle_days=7,
    wide_reload_days=90,  # reports grow for weeks
    uses_cursor=True,
)
