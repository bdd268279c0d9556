"""What lands from Google Analytics. Days are the property's, money is in the currency beside it.

`key_action` is an action's id, `any` for any of them, `(all)` for no filter. Each report and action is replaced by
itself, so that what a load leaves out for want of quota keeps what was loaded.
"""

import pyarrow as pa

from connectors.common.table import DAY, FLAG, MONEY, NUMBER, TEXT, WHOLE, Reload, Table

ALL, ANY = "(all)", "any"

_PROPERTY = {"property_id": TEXT, "time_zone": TEXT, "currency": TEXT}
_TRAFFIC: dict[str, pa.DataType] = dict.fromkeys(
    ("channel_group", "source", "medium", "campaign", "country", "device"), TEXT
)
# How far the vendor's answer is whole.
_FLAGS = {"has_other_row": FLAG, "is_thresholded": FLAG, "is_sampled": FLAG}


def _days(name: str, description: str, dimensions: dict[str, pa.DataType], **metrics: pa.DataType) -> Table:
    return Table(
        name,
        {"date": DAY, **_PROPERTY, **dimensions, **metrics, **_FLAGS},
        ("date", "property_id", *dimensions),
        Reload.WINDOW,
        window_column="date",
        window_scope="key_action" if "key_action" in dimensions else None,
        description=description,
    )


SESSIONS_DAILY = _days(
    "sessions_daily",
    "Sessions by start day and where they came from.",
    _TRAFFIC,
    sessions=WHOLE,
    engaged_sessions=WHOLE,
    page_views=WHOLE,
    engagement_seconds=NUMBER,
    new_users=WHOLE,
    transactions=WHOLE,
    revenue_amount=MONEY,  # net of refunds, as the site sent it
)
KEY_ACTIONS_DAILY = _days(
    "key_actions_daily",
    "Sessions with a key action, once per session.",
    {**_TRAFFIC, "key_action": TEXT},
    sessions=WHOLE,
)
LANDING_PAGES_DAILY = _days(
    "landing_pages_daily",
    "Sessions by the page they started on; the query string is left out.",
    {"channel_group": TEXT, "landing_page": TEXT, "key_action": TEXT},
    sessions=WHOLE,
    engaged_sessions=WHOLE,  # null where filtered on a key action
)
PEOPLE = Table(
    "people",
    {
        "period_id": TEXT,  # grain and first day, as week:2026-03-02
        "period_grain": TEXT,
        "period_start": DAY,
        "report": TEXT,  # segment set and key action, as channel/any
        **_PROPERTY,
        "segment_set": TEXT,  # total, channel, country, device
        "channel_group": TEXT,  # (all) where not in the set
        "country": TEXT,
        "device": TEXT,
        "key_action": TEXT,
        "total_users": WHOLE,
        "active_users": WHOLE,  # null where filtered on a key action
        "new_users": WHOLE,  # likewise
        **_FLAGS,
    },
    ("period_id", "report", "property_id", "channel_group", "country", "device"),
    Reload.WINDOW,
    window_column="period_id",
    window_scope="report",
    description="Distinct people per period, as the vendor counted them at that grain; never to be added up.",
)
REPORTS = Table(
    "reports",
    {
        "report": TEXT,
        "is_left_out": FLAG,  # for want of quota; what was loaded before stays
        **_FLAGS,
    },
    ("report",),
    Reload.REPLACE,
    description="The reports of the last load, and how far each is whole.",
)
TABLES = (SESSIONS_DAILY, KEY_ACTIONS_DAILY, LANDING_PAGES_DAILY, PEOPLE, REPORTS)
