"""Source `ops`: how the sources fare, written by the orchestration, read by the models like any other source.

Lands as `landing/ops.duckdb`, schema `raw_ops`.
"""

from connectors.common.table import DAY, FLAG, INSTANT, TEXT, WHOLE, Reload, Table

SOURCE_DAYS = Table(
    "source_days",
    {
        "source": TEXT,
        "date": DAY,
        "is_loaded": FLAG,  # false: the day should be there and is not
    },
    ("source", "date"),
    Reload.REPLACE,
    description="Days of each configured source, from its first to the last complete day of the company.",
)
SOURCE_STATUS = Table(
    "source_status",
    {
        "source": TEXT,
        "is_configured": FLAG,
        "last_load_at": INSTANT,
        "data_until": DAY,
        "provisional_from": DAY,
        "row_count": WHOLE,
        "last_error": TEXT,
    },
    ("source",),
    Reload.REPLACE,
    description="One row per source.",
)

OPS_TABLES = (SOURCE_DAYS, SOURCE_STATUS)
