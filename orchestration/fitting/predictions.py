"""Predicted customer values by closed month, from the orders of the marts that were published last.

People, purchases and currency are rules of the models, so the marts are asked and not the landing; those of an earlier
day, so that a second refresh of a day finds nothing new. A month is fitted once, from the orders up to its last day,
and stays as it was told; the parameters of a later month do not touch it.
"""

import logging
from collections.abc import Collection
from datetime import date, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from connectors.common.models import PREDICTED_VALUES, PREDICTION_FITS
from connectors.common.sql import quoted

logger = logging.getLogger("nyckeltal.run")

# How far back a company that comes with old orders gets predictions in hindsight.
MONTHS_BACK = 24
# Newest first; the rest of what is to be caught up on waits for the runs that follow.
MONTHS_A_RUN = 2

_PURCHASES = """
create temp table days as
select person_id, order_date, sum(gross_reporting - discount_reporting) as value
from marts.fct_orders
where is_purchase and order_date <= $until
group by person_id, order_date
"""
_CUSTOMERS = """
with dated as (
    select *, min(order_date) over (partition by person_id) as first_date from days where order_date <= $as_of
),
histories as (
    select
        person_id,
        count(*) - 1 as x,
        max(order_date) - min(first_date) as t_x,
        $as_of - min(first_date) as age,
        cast(sum(value) filter (order_date > first_date) as double) / (count(value) filter (order_date > first_date))
            as mean_value
    from dated
    group by person_id
)
select
    histories.*,
    coalesce(first_order_channel, 'unknown') as channel,
    coalesce(first_order_country, 'unknown') as country,
    coalesce(first_order_customer_type, 'unknown') as customer_type
from histories
left join marts.dim_customer as customers using (person_id)
order by person_id
"""
_KEPT = """
with orders as (
    select order_id, gross_reporting - discount_reporting as value from marts.fct_orders
    where is_purchase and order_date <= $as_of and order_date > $as_of - $days
),
refunded as (
    select sum(refund_reporting) as value from marts.fct_refunds
    where order_id in (select order_id from orders) and refund_date <= $as_of
)
select coalesce(1 - cast((select value from refunded) as double) / nullif(cast(sum(value) as double), 0), 1) from orders
"""


def predictions(marts: Path, last_day: date, today: date, done: Collection[date]) -> tuple[pa.Table, pa.Table] | None:
    """Rows of PREDICTED_VALUES and of PREDICTION_FITS for months that are not `done`; None where there is none to do.

    `marts`: the published file, looked at if its data end before `last_day`, that of the run.
    """
    if not marts.exists():
        return None
    try:
        with duckdb.connect(":memory:") as connection:
            connection.execute("set timezone = 'UTC'")
            connection.execute(f"attach '{quoted(marts)}' as marts (read_only)")
            until, first = _span(connection)
            if until is None or first is None or until >= last_day:
                return None
            due = [day for day in _month_ends(first, until) if day not in done][:MONTHS_A_RUN]
            if not due:
                return None
            connection.execute(_PURCHASES, {"until": due[0]})
            told = [_month(connection, day, today, (day - first).days) for day in due]
    except duckdb.Error as error:
        # This run publishes them anew; the months wait.
        logger.warning("predictions: the published marts cannot be read (%s)", type(error).__name__)
        return None
    return pa.concat_tables([cells for cells, _ in told]), pa.concat_tables([fit for _, fit in told])


def _span(connection: duckdb.DuckDBPyConnection) -> tuple[date | None, date | None]:
    """Until which day the marts go, and the day of the first purchase; nothing where they lack these tables."""
    there = {row[0] for row in connection.execute("select table_name from duckdb_tables()").fetchall()}
    if not {"publish_info", "fct_orders", "fct_refunds", "dim_customer"} <= there:
        return None, None
    [span] = connection.execute(
        "select (select max(data_until) from marts.publish_info), "
        "(select min(order_date) from marts.fct_orders where is_purchase)"
    ).fetchall()
    return span


def _month_ends(first: date, until: date) -> list[date]:
    """Last days of the months between the two days, newest first."""
    ends = []
    day = (until + timedelta(days=1)).replace(day=1) - timedelta(days=1)
    while day >= first and len(ends) < MONTHS_BACK:
        ends.append(day)
        day = day.replace(day=1) - timedelta(days=1)
    return ends


def _month(
    connection: duckdb.DuckDBPyConnection, as_of: date, today: date, days_of_data: int
) -> tuple[pa.Table, pa.Table]:
    # Only a month that is due pays for loading the libraries.
    from modelling.customer_values import DISCOUNT_RATE, HORIZON_DAYS, MODEL, SEGMENT, Customers, predict

    rows = connection.sql(_CUSTOMERS, params={"as_of": as_of}).to_arrow_table()
    [(kept_share,)] = connection.execute(_KEPT, {"as_of": as_of, "days": HORIZON_DAYS}).fetchall()
    x, t_x, age, mean_value = (np.asarray(rows[name].to_numpy(), float) for name in ("x", "t_x", "age", "mean_value"))
    predicted = predict(Customers(x, t_x, age, mean_value, rows.select(SEGMENT)), days_of_data, kept_share)
    days = pa.array([as_of] * len(predicted.cells), pa.date32())
    cells = predicted.cells.append_column("as_of_date", days).select(PREDICTED_VALUES.schema.names)
    fit = {
        "as_of_date": as_of,
        "fitted_on": today,
        "model": MODEL,
        "horizon_days": HORIZON_DAYS,
        "discount_rate": DISCOUNT_RATE,
        "customers": len(x),
        "repeat_buyers": predicted.repeat_buyers,
        "refusal": predicted.refusal,
        "value_correlation": predicted.value_correlation,
        "kept_share": kept_share,
        **predicted.parameters,
    }
    return cells.cast(PREDICTED_VALUES.schema), PREDICTION_FITS.rows([fit])
