"""Source `models`: what was fitted to the company's own data, read by the models of dbt like any other source.

Lands as `landing/models.duckdb`, schema `raw_models`.
"""

from connectors.common.table import DAY, NUMBER, TEXT, WHOLE, Reload, Table

LAG_CURVES = Table(
    "lag_curves",
    {
        "sources": TEXT,  # separated by spaces; the slowest one decides how old a period is
        "measure_id": TEXT,
        "attribution_basis": TEXT,
        "period_grain": TEXT,
        "segment_set": TEXT,
        "platform": TEXT,
        "age_days": WHOLE,  # days after the period's last day until which the sources' data go
        "cases": WHOLE,
        "settled_share": NUMBER,  # of the final value; this and what follows is null with too few cases
        "mean_final": NUMBER,
        "residual_low": NUMBER,  # times the root of the expectation: what the final value lies below it at most, 90 %
        "residual_high": NUMBER,
    },
    ("measure_id", "attribution_basis", "period_grain", "segment_set", "platform", "age_days"),
    Reload.REPLACE,
    description="How much of a measure's final value is known at an age, learnt from vintages.",
)
LEARNT = Table(
    "learnt",
    {"model": TEXT, "learnt_on": DAY},
    ("model",),
    Reload.REPLACE,
    description="From what was known before which day each model was fitted.",
)

MODEL_TABLES = (LAG_CURVES, LEARNT)
