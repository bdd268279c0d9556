"""Bodies of the Marketing API 3.0, as far as they are asked for (contract: vendor page `mailchimp`).

Unset texts and instants come as empty text, sometimes as null. Names, addresses and the like are not declared, except
the member's address, which becomes a hash at once.
"""

import msgspec


class Wire(msgspec.Struct, gc=False):
    """Base of all bodies."""


class Recipients(Wire):
    list_id: str = ""


class Settings(Wire):
    title: str = ""


class Campaign(Wire):
    id: str
    type: str
    status: str
    recipients: Recipients
    settings: Settings
    emails_sent: int = 0
    send_time: str | None = None
    parent_campaign_id: str | None = None


class Campaigns(Wire):
    campaigns: list[Campaign]
    total_items: int


class Bounces(Wire):
    hard_bounces: int
    soft_bounces: int
    syntax_errors: int = 0


class Opens(Wire):
    """Without the proxy-excluded figures for sends before 2024-06-22: unknown, not zero."""

    opens_total: int
    unique_opens: int
    proxy_excluded_opens: int | None = None
    proxy_excluded_unique_opens: int | None = None


class Clicks(Wire):
    """`unique_clicks` counts per link; people are `unique_subscriber_clicks`."""

    clicks_total: int
    unique_clicks: int
    unique_subscriber_clicks: int


class Report(Wire):
    id: str
    list_id: str
    emails_sent: int
    abuse_reports: int
    unsubscribed: int
    bounces: Bounces
    opens: Opens
    clicks: Clicks
    campaign_title: str = ""
    send_time: str | None = None
    parent_campaign_id: str | None = None


class Reports(Wire):
    reports: list[Report]
    total_items: int


class SentTo(Wire):
    email_id: str
    status: str


class SentToPage(Wire):
    sent_to: list[SentTo]
    total_items: int


class Activity(Wire):
    action: str
    timestamp: str


class MemberActivity(Wire):
    email_id: str
    activity: list[Activity]


class EmailActivity(Wire):
    emails: list[MemberActivity]
    total_items: int


class Unsubscribe(Wire):
    email_id: str
    timestamp: str


class Unsubscribed(Wire):
    unsubscribes: list[Unsubscribe]
    total_items: int


class ListStats(Wire):
    member_count: int = 0
    unsubscribe_count: int = 0
    cleaned_count: int = 0


class MailingList(Wire):
    id: str
    date_created: str
    stats: ListStats


class Lists(Wire):
    lists: list[MailingList]
    total_items: int


class Member(Wire):
    """`id` changes with the address, `contact_id` does not."""

    id: str
    contact_id: str
    email_address: str
    status: str
    list_id: str
    last_changed: str
    timestamp_signup: str = ""
    timestamp_opt: str = ""


class Members(Wire):
    members: list[Member]
    total_items: int


class GrowthMonth(Wire):
    """`subscribed` is the stock at the month's end, the others are flows."""

    list_id: str
    month: str
    subscribed: int
    unsubscribed: int
    cleaned: int
    deleted: int


class GrowthHistory(Wire):
    history: list[GrowthMonth]
    total_items: int


class Problem(Wire):
    title: str = ""
    detail: str = ""
