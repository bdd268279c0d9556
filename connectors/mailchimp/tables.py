"""Landing tables. Instants are UTC; `sent_date` is the UTC day of the send."""

from connectors.common.table import DAY, FLAG, INSTANT, TEXT, WHOLE, Reload, Table

CAMPAIGNS = Table(
    "campaigns",
    {
        "sent_date": DAY,
        "campaign_id": TEXT,
        "parent_campaign_id": TEXT,  # of the parts of a test, else null
        "campaign_type": TEXT,
        "status": TEXT,
        "title": TEXT,
        "list_id": TEXT,
        "emails_sent": WHOLE,
        "sent_at": INSTANT,
    },
    ("sent_date", "campaign_id"),
    Reload.WINDOW,
    window_column="sent_date",
    description="Campaigns that were sent.",
)
REPORTS = Table(
    "reports",
    {
        "sent_date": DAY,
        "campaign_id": TEXT,
        "parent_campaign_id": TEXT,
        "title": TEXT,
        "list_id": TEXT,
        "sent_at": INSTANT,
        "emails_sent": WHOLE,
        "hard_bounces": WHOLE,
        "soft_bounces": WHOLE,
        "syntax_errors": WHOLE,
        "opens_total": WHOLE,
        "unique_opens": WHOLE,
        "proxy_excluded_opens": WHOLE,  # null: the vendor cannot tell
        "proxy_excluded_unique_opens": WHOLE,
        "clicks_total": WHOLE,
        "unique_clicks": WHOLE,  # per link, added up
        "unique_subscriber_clicks": WHOLE,  # people
        "unsubscribed": WHOLE,
        "abuse_reports": WHOLE,
    },
    ("sent_date", "campaign_id"),
    Reload.WINDOW,
    window_column="sent_date",
    description="Counts per campaign; they grow for days after the send.",
)
RECIPIENTS = Table(
    "recipients",
    {
        "sent_date": DAY,
        "campaign_id": TEXT,
        "member_key": TEXT,  # keyed hash of the vendor's member id
        "status": TEXT,  # sent, hard, soft
        "opened_at": INSTANT,  # first open, a machine's included
        "clicked_at": INSTANT,  # first click
        "unsubscribed_at": INSTANT,
    },
    ("sent_date", "campaign_id", "member_key"),
    Reload.WINDOW,
    window_column="sent_date",
    description="What each recipient of the latest campaigns did, reduced to the first of each kind.",
)
LISTS = Table(
    "lists",
    {
        "list_id": TEXT,
        "created_at": INSTANT,
        "member_count": WHOLE,
        "unsubscribe_count": WHOLE,
        "cleaned_count": WHOLE,
    },
    ("list_id",),
    Reload.REPLACE,
    description="Mailing lists.",
)
MEMBERS = Table(
    "members",
    {
        "list_id": TEXT,
        "contact_id": TEXT,
        "member_key": TEXT,
        "email_hash": TEXT,
        "is_role_address": FLAG,
        "status": TEXT,  # subscribed, unsubscribed, cleaned, pending, archived, …
        "signed_up_at": INSTANT,
        "opted_in_at": INSTANT,
        "last_changed_at": INSTANT,
    },
    ("list_id", "contact_id"),
    Reload.MERGE,
    description="Members of lists in every status.",
)
GROWTH_HISTORY = Table(
    "growth_history",
    {
        "list_id": TEXT,
        "month": DAY,  # its first day
        "subscribed": WHOLE,  # stock at the month's end
        "unsubscribed": WHOLE,
        "cleaned": WHOLE,
        "deleted": WHOLE,
    },
    ("list_id", "month"),
    Reload.MERGE,
    description="Months of a list; the current one still moves.",
)

TABLES = (CAMPAIGNS, REPORTS, RECIPIENTS, LISTS, MEMBERS, GROWTH_HISTORY)
