"""Bodies as columns of the landing tables."""

from collections.abc import Sequence
from datetime import date

import pyarrow as pa

from connectors.common.errors import UnexpectedAnswerError
from connectors.common.privacy import Hasher, is_role_address
from connectors.common.table import INSTANT
from connectors.mailchimp.tables import CAMPAIGNS, GROWTH_HISTORY, LISTS, MEMBERS, RECIPIENTS, REPORTS
from connectors.mailchimp.wire import (
    Campaign,
    GrowthMonth,
    MailingList,
    Member,
    MemberActivity,
    Report,
    SentTo,
    Unsubscribe,
)


def instants(texts: Sequence[str | None]) -> pa.Array:
    """ISO texts as instants; empty ones as null."""
    try:
        return pa.array([text or None for text in texts], pa.string()).cast(INSTANT)
    except pa.ArrowInvalid:
        raise UnexpectedAnswerError(
            "mailchimp: an instant is not in ISO form. Nothing was loaded; report it."
        ) from None


def sent_date(send_time: str) -> date:
    """The UTC day: the vendor's instants are in UTC."""
    return date.fromisoformat(send_time[:10])


def campaign_batch(items: list[Campaign]) -> pa.Table:
    return CAMPAIGNS.batch(
        {
            "sent_date": [sent_date(item.send_time or "") for item in items],
            "campaign_id": [item.id for item in items],
            "parent_campaign_id": [item.parent_campaign_id or None for item in items],
            "campaign_type": [item.type for item in items],
            "status": [item.status for item in items],
            "title": [item.settings.title for item in items],
            "list_id": [item.recipients.list_id for item in items],
            "emails_sent": [item.emails_sent for item in items],
            "sent_at": instants([item.send_time for item in items]),
        }
    )


def report_batch(items: list[Report]) -> pa.Table:
    return REPORTS.batch(
        {
            "sent_date": [sent_date(item.send_time or "") for item in items],
            "campaign_id": [item.id for item in items],
            "parent_campaign_id": [item.parent_campaign_id or None for item in items],
            "title": [item.campaign_title for item in items],
            "list_id": [item.list_id for item in items],
            "sent_at": instants([item.send_time for item in items]),
            "emails_sent": [item.emails_sent for item in items],
            "hard_bounces": [item.bounces.hard_bounces for item in items],
            "soft_bounces": [item.bounces.soft_bounces for item in items],
            "syntax_errors": [item.bounces.syntax_errors for item in items],
            "opens_total": [item.opens.opens_total for item in items],
            "unique_opens": [item.opens.unique_opens for item in items],
            "proxy_excluded_opens": [item.opens.proxy_excluded_opens for item in items],
            "proxy_excluded_unique_opens": [item.opens.proxy_excluded_unique_opens for item in items],
            "clicks_total": [item.clicks.clicks_total for item in items],
            "unique_clicks": [item.clicks.unique_clicks for item in items],
            "unique_subscriber_clicks": [item.clicks.unique_subscriber_clicks for item in items],
            "unsubscribed": [item.unsubscribed for item in items],
            "abuse_reports": [item.abuse_reports for item in items],
        }
    )


def recipient_batch(
    report: Report,
    sent: list[SentTo],
    activities: list[MemberActivity],
    unsubscribes: list[Unsubscribe],
    hasher: Hasher,
) -> pa.Table:
    """One row per recipient, whatever page repeats it."""
    statuses = {item.email_id: item.status for item in sent}
    opened, clicked = _first(activities, "open"), _first(activities, "click")
    left = {item.email_id: item.timestamp for item in unsubscribes}
    return RECIPIENTS.batch(
        {
            "sent_date": [sent_date(report.send_time or "")] * len(statuses),
            "campaign_id": [report.id] * len(statuses),
            "member_key": [hasher.text(member) for member in statuses],
            "status": list(statuses.values()),
            "opened_at": instants([opened.get(member) for member in statuses]),
            "clicked_at": instants([clicked.get(member) for member in statuses]),
            "unsubscribed_at": instants([left.get(member) for member in statuses]),
        }
    )


def _first(activities: list[MemberActivity], action: str) -> dict[str, str]:
    """Earliest instant of an action by member; the texts sort as the instants do."""
    times = {
        item.email_id: [event.timestamp for event in item.activity if event.action == action] for item in activities
    }
    return {member: min(instants_of) for member, instants_of in times.items() if instants_of}


def list_batch(items: list[MailingList]) -> pa.Table:
    return LISTS.batch(
        {
            "list_id": [item.id for item in items],
            "created_at": instants([item.date_created for item in items]),
            "member_count": [item.stats.member_count for item in items],
            "unsubscribe_count": [item.stats.unsubscribe_count for item in items],
            "cleaned_count": [item.stats.cleaned_count for item in items],
        }
    )


def member_batch(items: list[Member], hasher: Hasher) -> pa.Table:
    """The vendor's id is a plain digest of the address, which anybody can try: it is hashed with our key."""
    return MEMBERS.batch(
        {
            "list_id": [item.list_id for item in items],
            "contact_id": [item.contact_id for item in items],
            "member_key": [hasher.text(item.id) for item in items],
            "email_hash": [hasher.email(item.email_address) for item in items],
            "is_role_address": [is_role_address(item.email_address) for item in items],
            "status": [item.status for item in items],
            "signed_up_at": instants([item.timestamp_signup for item in items]),
            "opted_in_at": instants([item.timestamp_opt for item in items]),
            "last_changed_at": instants([item.last_changed for item in items]),
        }
    )


def growth_batch(items: list[GrowthMonth]) -> pa.Table:
    return GROWTH_HISTORY.batch(
        {
            "list_id": [item.list_id for item in items],
            "month": [date.fromisoformat(f"{item.month}-01") for item in items],
            "subscribed": [item.subscribed for item in items],
            "unsubscribed": [item.unsubscribed for item in items],
            "cleaned": [item.cleaned for item in items],
            "deleted": [item.deleted for item in items],
        }
    )
