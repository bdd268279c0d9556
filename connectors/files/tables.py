"""What lands from files: each canonical entity whole, and what did not fit."""

from dataclasses import replace

from connectors.common.table import TEXT, WHOLE, Reload, Table
from connectors.files.entities import ENTITIES

LANDED = {
    name: replace(
        table,
        reload=Reload.REPLACE,
        window_column=None,
        children_of=None,
        not_null=frozenset(field.name for field in table.schema if not field.nullable),
    )
    for name, table in ENTITIES.items()
}
QUARANTINE = Table(
    "quarantine",
    {
        "mapping": TEXT,
        "file": TEXT,
        "line": WHOLE,
        "column_name": TEXT,
        "reason": TEXT,  # never quotes the cell, which may be personal
    },
    ("mapping", "file", "line"),
    Reload.REPLACE,
    description="Rows that did not fit, with their line and the reason.",
)
INPUTS = Table(
    "inputs",
    {"mapping": TEXT, "file": TEXT, "row_count": WHOLE, "bad_count": WHOLE},
    ("mapping", "file"),
    Reload.REPLACE,
    description="Files that were read, with how many rows they hold and how many of them did not fit.",
)
TABLES = (*LANDED.values(), QUARANTINE, INPUTS)
