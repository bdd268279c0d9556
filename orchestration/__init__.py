"""Dagster around connectors, dbt, gates and publish. Holds no business rule."""

import os

# Telemetry is off everywhere; these are read when dbt, dlt and Great Expectations are imported.
for _switch, _value in {
    "DO_NOT_TRACK": "1",
    "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    "RUNTIME__DLTHUB_TELEMETRY": "false",
    "GX_ANALYTICS_ENABLED": "false",
}.items():
    os.environ.setdefault(_switch, _value)
