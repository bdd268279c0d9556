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
        "missing_days": WHOLE,  # days from the first loaded to the last complete one that are not there
        "is_late": FLAG,  # not loaded within the lag that it may have
    },
    ("source",),
    Reload.REPLACE,
    description="One row per source.",
)
CLASS_STATUS = Table(
    "class_status",
    {
        "class": TEXT,
        "built_at": INSTANT,  # this run's instant for what it is going to build
        "is_late": FLAG,
    },
    ("class",),
    Reload.REPLACE,
    description="One row per class of KPIs: operational, tactical, strategic.",
)

OPS_TABLES = (SOURCE_DAYS, SOURCE_STATUS, CLASS_STATUS)
