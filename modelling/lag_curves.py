"""Lag curves: how much of a measure's final value is known some days after its period, and how sure that is.

Learnt from vintages: the value of every settled period as it was known at each age, beside the one that it came to. The
expected final value mixes what is known with what such periods usually come to (Benktander: with the share p that
is usually known at that age, `known + (1 − p) · (known + (1 − p) · mean final)`), so that a day of which nothing is
known yet expects the usual and one that is all but settled itself. What it was off by, over the root of the
expectation, gives the interval: the ranks that leave 5 % on either side, of one case more than there are (conformal).
"""

from dataclasses import dataclass

import duckdb
import pyarrow as pa

# With fewer, the rank that leaves 5 % on one side lies beyond the cases.
MIN_CASES = 20
# Newest settled periods that speak: habits change.
PERIODS = {"day": 120, "week": 53, "month": 24}
SIDE = 0.05

SCHEMA = pa.schema(
    [
        ("sources", pa.string()),
        ("measure_id", pa.string()),
        ("attribution_basis", pa.string()),
        ("period_grain", pa.string()),
        ("segment_set", pa.string()),
        ("platform", pa.string()),
        ("age_days", pa.int64()),
        ("cases", pa.int64()),
        ("settled_share", pa.float64()),
        ("mean_final", pa.float64()),
        ("residual_low", pa.float64()),
        ("residual_high", pa.float64()),
    ]
)
CELL = ("sources", "measure_id", "attribution_basis", "period_grain", "segment_set", "platform")


@dataclass(frozen=True)
class Given:
    """Queries that tell what to learn from.

    `measures`: all vintages of measures: the cell's columns, period_start, value (null once gone), known_at.
    `sources`: source, data_until, provisional_from, known_at of every run. `fed`: measure_id, source, platform,
    settle_days: whose data a measure is, `(all)` where the source is no platform of its own, and for how long it
    settles where that is longer than the source says.
    """

    measures: str
    sources: str
    fed: str


def expected(known: str, share: str, mean_final: str) -> str:
    """SQL of the expected final value."""
    return f"({known} + (1 - {share}) * ({known} + (1 - {share}) * {mean_final}))"


def learn(connection: duckdb.DuckDBPyConnection, given: Given) -> pa.Table:
    """One row per cell and age in days after the period's end, of `SCHEMA`; nulls where there are too few cases."""
    _cases(connection, given)
    off = f"(final - {expected('known', 'share', 'mean_final')})"
    # An expectation of nothing has no spread of its own: a hundredth of the usual keeps it from dividing by zero.
    spread = f"sqrt(greatest({expected('known', 'share', 'mean_final')}, 0.01 * abs(mean_final), 1e-9))"
    cell = ", ".join(CELL)
    low, high = f"floor((cases + 1) * {SIDE})", f"ceil((cases + 1) * {1 - SIDE})"
    query = f"""
    with shared as (
        select *, count(*) over same as cases, avg(final) over same as mean_final,
            coalesce(sum(known) over same / nullif(sum(final) over same, 0), 1) as share
        from cases
        window same as (partition by {cell}, age_days)
    ),
    missed as (
        select *, case when abs({off}) < 1e-9 then 0 else {off} / {spread} end as residual from shared
    ),
    ranked as (
        select *, row_number() over (partition by {cell}, age_days order by residual) as place from missed
    )
    select
        {cell}, age_days, any_value(cases) as cases,
        case when any_value(cases) >= {MIN_CASES} then any_value(share) end as settled_share,
        case when any_value(cases) >= {MIN_CASES} then any_value(mean_final) end as mean_final,
        case when any_value(cases) >= {MIN_CASES} then max(residual) filter (place = {low}) end as residual_low,
        case when any_value(cases) >= {MIN_CASES} then max(residual) filter (place = {high}) end as residual_high
    from ranked
    group by {cell}, age_days
    order by {cell}, age_days
    """
    return connection.sql(query).to_arrow_table().cast(SCHEMA)


def _cases(connection: duckdb.DuckDBPyConnection, given: Given) -> None:
    """The temporary table `cases`: cell, period, age_days, known, final; settled periods alone, the newest ones."""
    newest = " ".join(f"when '{grain}' then {count}" for grain, count in PERIODS.items())
    connection.execute(
        f"""
        create or replace temp table told as
        select measure_id, attribution_basis, period_grain, segment_set, platform, period_start, known_at,
            cast(coalesce(value, 0) as double) as value
        from ({given.measures})
        where segment_set in ('total', 'platform') and period_grain in ('day', 'week', 'month')
        """
    )
    connection.execute(
        f"""
        create or replace temp table cells as
        with cell as (select distinct measure_id, attribution_basis, period_grain, segment_set, platform from told)
        select distinct cell.*, fed.source, fed.settle_days
        from cell
        inner join ({given.fed}) as fed
            on fed.measure_id = cell.measure_id
            and (cell.segment_set = 'total' or fed.platform in ('(all)', cell.platform))
        """
    )
    # A period is as old as the source whose data end first says, and settled when the slowest one is.
    connection.execute(
        f"""
        create or replace temp table runs as
        with run as (
            select source, known_at, max(data_until) as data_until,
                coalesce(max(data_until) - max(provisional_from) + 1, 0) as settle_days
            from ({given.sources}) group by source, known_at
        )
        select cells.* exclude (source, settle_days), string_agg(cells.source, ' ' order by cells.source) as sources,
            run.known_at, min(run.data_until) as data_until,
            max(greatest(run.settle_days, coalesce(cells.settle_days, 0))) as settle_days
        from cells inner join run on run.source = cells.source
        group by all
        """
    )
    connection.execute(
        f"""
        create or replace temp table cases as
        with period as (
            select distinct measure_id, attribution_basis, period_grain, segment_set, platform, period_start,
                case period_grain
                    when 'day' then period_start
                    when 'week' then period_start + 6
                    else cast(period_start + interval 1 month as date) - 1
                end as period_end
            from told
        ),
        aged as (
            select period.*, runs.sources, runs.known_at, runs.settle_days,
                runs.data_until - period.period_end as age_days
            from period
            inner join runs using (measure_id, attribution_basis, period_grain, segment_set, platform)
            where runs.settle_days > 0 and runs.data_until >= period.period_end
        ),
        settled as (
            select measure_id, attribution_basis, period_grain, segment_set, platform, period_start,
                max(known_at) as known_at
            from aged
            group by measure_id, attribution_basis, period_grain, segment_set, platform, period_start
            having bool_or(age_days >= settle_days) and bool_or(age_days < settle_days)
            qualify row_number() over (
                partition by measure_id, attribution_basis, period_grain, segment_set, platform
                order by period_start desc
            ) <= case period_grain {newest} end
        ),
        -- A day on which the source had moved no further tells nothing new of that age.
        asked as (
            select aged.* exclude (known_at), max(aged.known_at) as known_at, any_value(settled.known_at) as final_at
            from aged
            inner join settled
                using (measure_id, attribution_basis, period_grain, segment_set, platform, period_start)
            where aged.age_days < aged.settle_days
            group by all
        ),
        known as (
            select asked.*, coalesce(told.value, 0) as known
            from asked asof left join told
                on told.measure_id = asked.measure_id and told.attribution_basis = asked.attribution_basis
                and told.period_grain = asked.period_grain and told.segment_set = asked.segment_set
                and told.platform = asked.platform and told.period_start = asked.period_start
                and asked.known_at >= told.known_at
        )
        select known.sources, known.measure_id, known.attribution_basis, known.period_grain, known.segment_set,
            known.platform, known.period_start, known.age_days, known.known_at, known.known,
            coalesce(told.value, 0) as final
        from known asof left join told
            on told.measure_id = known.measure_id and told.attribution_basis = known.attribution_basis
            and told.period_grain = known.period_grain and told.segment_set = known.segment_set
            and told.platform = known.platform and told.period_start = known.period_start
            and known.final_at >= told.known_at
        """
    )
