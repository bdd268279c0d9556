"""What lands from HubSpot. Ids are text; instants are UTC; addresses and numbers only as keyed hashes."""

from connectors.common.table import FLAG, INSTANT, MONEY, NUMBER, TEXT, WHOLE, Reload, Table

CONTACTS = Table(
    "contacts",
    {
        "contact_id": TEXT,
        "email_hash": TEXT,
        "phone_hash": TEXT,
        "is_role_address": FLAG,
        "country_code": TEXT,
        "lifecycle_stage": TEXT,  # the present one; the history lies in contact_stages
        "original_source": TEXT,
        "original_campaign": TEXT,
        "latest_source": TEXT,
        "latest_campaign": TEXT,
        "latest_source_at": INSTANT,
        "is_test": FLAG,
        "is_archived": FLAG,
        "archived_at": INSTANT,
        "created_at": INSTANT,
        "updated_at": INSTANT,
    },
    ("contact_id",),
    Reload.MERGE,
    description="Contacts as last seen, archived ones included.",
)

CONTACT_STAGES = Table(
    "contact_stages",
    {"contact_id": TEXT, "stage": TEXT, "entered_at": INSTANT},
    ("contact_id", "stage", "entered_at"),
    Reload.MERGE,
    children_of="contact_id",
    description="Every value that a contact's lifecycle stage had, in HubSpot's own names.",
)

CONTACT_MERGES = Table(
    "contact_merges",
    {"loser_id": TEXT, "winner_id": TEXT},
    ("loser_id",),
    Reload.MERGE,
    description="Contacts that were merged away, with the contact that took them.",
)

COMPANIES = Table(
    "companies",
    {"company_id": TEXT, "country_code": TEXT, "created_at": INSTANT, "updated_at": INSTANT},
    ("company_id",),
    Reload.MERGE,
    description="Companies.",
)

DEALS = Table(
    "deals",
    {
        "deal_id": TEXT,
        "contact_id": TEXT,  # of several the oldest (smallest id)
        "contact_count": WHOLE,
        "company_id": TEXT,
        "pipeline": TEXT,
        "stage": TEXT,
        "amount": MONEY,  # null is not 0
        "currency": TEXT,
        "close_date": INSTANT,  # of an open deal: when it is expected
        "is_closed": FLAG,
        "is_won": FLAG,
        "created_at": INSTANT,
        "updated_at": INSTANT,
    },
    ("deal_id",),
    Reload.MERGE,
    description="Deals as last seen.",
)

DEAL_STAGES = Table(
    "deal_stages",
    {"deal_id": TEXT, "stage": TEXT, "entered_at": INSTANT},
    ("deal_id", "stage", "entered_at"),
    Reload.MERGE,
    children_of="deal_id",
    description="Every stage that a deal had.",
)

LIVE_IDS = Table(
    "live_ids",
    {"object_type": TEXT, "object_id": TEXT},
    ("object_type", "object_id"),
    Reload.REPLACE,
    description="What is there now: a landed row that is neither here nor archived was deleted.",
    also_people={"object_id": "contact"},
    people_where=("object_type", "contacts"),
)

PIPELINE_STAGES = Table(
    "pipeline_stages",
    {
        "pipeline": TEXT,
        "stage": TEXT,
        "label": TEXT,
        "display_order": WHOLE,
        "is_closed": FLAG,
        "probability": NUMBER,
    },
    ("pipeline", "stage"),
    Reload.REPLACE,
    description="Stages of the deal pipelines.",
)

ACCOUNT = Table(
    "account",
    {"account_id": TEXT, "time_zone": TEXT, "currency": TEXT},
    ("account_id",),
    Reload.REPLACE,
    description="The account's zone and currency.",
)

TABLES = (
    CONTACTS,
    CONTACT_STAGES,
    CONTACT_MERGES,
    COMPANIES,
    DEALS,
    DEAL_STAGES,
    LIVE_IDS,
    PIPELINE_STAGES,
    ACCOUNT,
)
