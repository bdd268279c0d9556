-- Measures of the same period a year before, where a KPI asks for them. A period that is open, or that is compared with one
-- of which the first days were never loaded, has none.
with wanted as (
    select distinct
        period_grain,
        segment_set,
        measure_id,
        {{ base_measure('measure_id') }} as base_measure_id
    from {{ ref('kpi_terms_legal') }}
    where {{ is_year_ago('measure_id') }}
),

periods as (
    select * from {{ ref('int_periods') }}
),

counted as (
    select * from {{ ref('measure_values__counted') }}
),

final as (
    select
        counted.period_grain,
        periods.period_start,
        counted.segment_set,
        {{ dimension_list('counted') }},
        counted.attribution_basis,
        counted.date_basis,
        wanted.measure_id,
        counted.value
    from counted
    inner join wanted
        on wanted.base_measure_id = counted.measure_id
        and wanted.period_grain = counted.period_grain
        and wanted.segment_set = counted.segment_set
    inner join periods as years_ago
        on years_ago.period_grain = counted.period_grain
        and years_ago.period_start = counted.period_start
        and years_ago.is_whole
    inner join periods
        on periods.period_grain = years_ago.period_grain
        and periods.previous_year_start = years_ago.period_start
        and not periods.is_open_period
)

select * from final
