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

PREDICTED_VALUES = Table(
    "predicted_values",
    {
        "as_of_date": DAY,  # last day of a month; nothing later was known
        "channel": TEXT,  # of the first order, like what follows
        "country": TEXT,
        "customer_type": TEXT,
        "customers": WHOLE,
        "p_alive": NUMBER,  # sums over the customers: of the probability to be one still
        "alive_variance": NUMBER,
        "alive_error": NUMBER,  # adds up before it is squared; so does value_error
        "purchases": NUMBER,  # days with a purchase in the days after that day
        "value": NUMBER,  # net revenue, excl. VAT, refunds taken off, reporting currency; null where it was refused
        "value_variance": NUMBER,
        "value_error": NUMBER,
    },
    ("as_of_date", "channel", "country", "customer_type"),
    Reload.MERGE,
    description="What customers are expected to do in the year after a month, summed by segment: no row is a person's.",
)
PREDICTION_FITS = Table(
    "prediction_fits",
    {
        "as_of_date": DAY,
        "fitted_on": DAY,
        "model": TEXT,
        "horizon_days": WHOLE,
        "discount_rate": NUMBER,  # yearly
        "customers": WHOLE,
        "repeat_buyers": WHOLE,  # of those who were fitted
        "refusal": TEXT,  # why there is nothing, or no value; empty if there is all
        "value_correlation": NUMBER,  # rank correlation of how often and how much
        "kept_share": NUMBER,  # of revenue that refunds left
        "r": NUMBER,
        "alpha": NUMBER,  # days
        "a": NUMBER,
        "b": NUMBER,
        "p": NUMBER,
        "q": NUMBER,
        "v": NUMBER,  # reporting currency
    },
    ("as_of_date",),
    Reload.MERGE,
    description="How the predictions of a month were fitted.",
)

MODEL_TABLES = (LAG_CURVES, LEARNT, PREDICTED_VALUES, PREDICTION_FITS)
