"""What lands from Typeform. Texts, addresses in clear and technical metadata are never kept."""

from connectors.common.table import INSTANT, NUMBER, TEXT, WHOLE, Reload, Table

ANSWERS = Table(
    "answers",
    {
        "response_id": TEXT,
        "form_id": TEXT,
        "kind": TEXT,  # nps, nki, csat
        "touchpoint": TEXT,  # null if neither the form nor the answer says it
        "submitted_at": INSTANT,
        "email_hash": TEXT,
        "country": TEXT,
        "score": NUMBER,
        "nki_1": NUMBER,
        "nki_2": NUMBER,
        "nki_3": NUMBER,
    },
    ("response_id",),
    Reload.MERGE,
    description="Completed answers, reduced to their scores.",
)
FORMS = Table(
    "forms",
    {"form_id": TEXT, "kind": TEXT, "scale_min": WHOLE, "scale_max": WHOLE, "field_count": WHOLE},
    ("form_id",),
    Reload.REPLACE,
    description="Mapped forms and the scale of their questions.",
)
TABLES = (ANSWERS, FORMS)
