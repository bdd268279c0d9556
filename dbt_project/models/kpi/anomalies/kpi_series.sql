-- The values that the detector may look at, and how they stray: complete, settled, of enough cases, of no missing day.
-- One dimension at most: finer cells have too few cases and would say the same again.
{{ config(materialized='view') }}
{% set days = days_from("date '1900-01-01'", 'period_start') %}

with cells as (
    select * from {{ ref('kpi_cells') }}
    where value is not null
        and not is_missing
        and not is_unreliable
        and settled_share >= 1
),

keys as (
    select * from {{ ref('kpi_keys') }}
),

segments as (
    select
        cell_no,
        segment_set,
        {{ digest(['segment_set'] + dimensions()) }} as names_digest
    from {{ ref('kpi_segments') }}
),

anomaly_sets as (
    select * from {{ ref('anomaly_sets') }}
),

-- Steps are counted from a Monday long ago: the numbers of periods shift when there is a day more.
periods as (
    select
        period_no,
        period_grain,
        days_ago,
        case period_grain
            when 'day' then {{ days }}
            when 'week' then cast({{ ratio(days, '7') }} as bigint)
            when 'month' then 12 * extract(year from period_start) + extract(month from period_start)
        end as step_no
    from {{ ref('int_periods') }}
    where not is_open_period
),

grains as (
    select * from {{ ref('anomaly_grains') }}
),

-- What is older than the policy keeps is past to the others, and no reader asks whether it was unusual.
shown as (
    select
        publish_policy.period_grain,
        publish_policy.segment_set,
        min(periods.step_no) as shown_from
    from {{ ref('publish_policy') }} as publish_policy
    inner join periods
        on periods.period_grain = publish_policy.period_grain
        and periods.days_ago < publish_policy.keep_days
    group by publish_policy.period_grain, publish_policy.segment_set
),

described as (
    select
        cells.kpi_no,
        cells.cell_no,
        cells.period_no,
        periods.step_no,
        grains.grain_no,
        segments.names_digest,
        grains.steps_per_cycle,
        grains.cycles_per_season,
        shown.shown_from,
        case
            when keys.interval_kind = 'wilson' and cells.numerator between 0 and cells.denominator then 'share'
            when keys.interval_kind = 'mean' then 'index'
            when keys.unit in ('count', 'people') and not keys.is_ratio then 'count'
            else 'amount'
        end as scale,
        cells.value,
        cells.numerator,
        cells.denominator,
        cells.n,
        keys.is_ratio,
        {{ ratio('cells.upper - cells.lower', '2 * 1.96') }} as standard_error
    from cells
    inner join keys on keys.kpi_no = cells.kpi_no
    inner join segments on segments.cell_no = cells.cell_no
    inner join anomaly_sets on anomaly_sets.segment_set = segments.segment_set
    inner join periods on periods.period_no = cells.period_no
    inner join grains on grains.period_grain = periods.period_grain
    inner join shown
        on shown.period_grain = periods.period_grain
        and shown.segment_set = segments.segment_set
),

final as (
    select
        kpi_no,
        cell_no,
        period_no,
        {{ digest(['kpi_no', 'grain_no', 'names_digest']) }} as series_no,
        step_no,
        steps_per_cycle,
        cycles_per_season,
        shown_from,
        scale,
        value,
        {{ to_level() }} as level,
        n,
        is_ratio,
        standard_error
    from described
)

select * from final
