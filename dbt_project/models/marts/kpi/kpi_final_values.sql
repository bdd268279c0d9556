-- What a KPI that still settles will have come to: the expected final value, with the interval that holds it in nine cases of
-- ten, from the lag curve of its measure at the age of the period. One row per period that a source may still change, of KPIs
-- that are one measure.
with cells as (
    select * from {{ ref('kpi_cells') }}
    where settled_share < 1
        and not is_missing
        and value is not null
),

keys as (
    select * from {{ ref('kpi_keys') }}
),

segments as (
    select * from {{ ref('kpi_segments') }}
    where segment_set in ('total', 'platform')
),

periods as (
    select * from {{ ref('int_periods') }}
    where period_grain in ('day', 'week', 'month')
        and not is_compared_only
),

curves as (
    select * from {{ source('raw_models', 'lag_curves') }}
),

kpi_sources as (
    select * from {{ ref('kpi_sources') }}
    where not is_year_ago
),

source_status as (
    select * from {{ source('raw_ops', 'source_status') }}
    where is_configured
),

terms as (
    select distinct kpi_no, part, measure_id, measure_basis, weight from {{ ref('kpi_terms_legal') }}
),

single_measures as (
    select
        kpi_no,
        min(measure_id) as measure_id,
        min(measure_basis) as measure_basis
    from terms
    where part in ('num', 'den')
    group by kpi_no
    having count(*) = 1
        and min(weight) = 1
        and count_if(part = 'den') = 0
),

-- A KPI's data go as far as those of its slowest source, on a platform as far as that platform's own.
reaches as (
    select kpi_sources.kpi_no, '(all)' as platform, min(source_status.data_until) as data_until
    from kpi_sources
    inner join source_status on source_status.source = kpi_sources.source
    group by kpi_sources.kpi_no
    union all
    select kpi_sources.kpi_no, kpi_sources.platform, min(source_status.data_until)
    from kpi_sources
    inner join source_status on source_status.source = kpi_sources.source
    where kpi_sources.platform <> '(all)'
    group by kpi_sources.kpi_no, kpi_sources.platform
),

aged as (
    select
        keys.kpi_id,
        keys.kpi_version,
        keys.attribution_basis,
        periods.period_grain,
        periods.period_start,
        periods.is_open_period,
        segments.segment_set,
        segments.platform,
        cells.value,
        cells.settled_share,
        single_measures.measure_id,
        single_measures.measure_basis,
        {{ days_from('periods.period_end', 'reaches.data_until') }} as age_days
    from cells
    inner join segments on segments.cell_no = cells.cell_no
    inner join periods on periods.period_no = cells.period_no
    inner join keys on keys.kpi_no = cells.kpi_no
    inner join single_measures on single_measures.kpi_no = cells.kpi_no
    inner join reaches
        on reaches.kpi_no = cells.kpi_no
        and reaches.platform = segments.platform
),

learnt as (
    select
        aged.*,
        curves.cases,
        curves.residual_low,
        curves.residual_high,
        curves.mean_final,
        aged.value + (1 - curves.settled_share) * (aged.value + (1 - curves.settled_share) * curves.mean_final) as expected_value
    from aged
    left join curves
        on curves.measure_id = aged.measure_id
        and curves.attribution_basis = aged.measure_basis
        and curves.period_grain = aged.period_grain
        and curves.segment_set = aged.segment_set
        and curves.platform = aged.platform
        and curves.age_days = aged.age_days
        and not aged.is_open_period
),

spread as (
    select
        learnt.*,
        sqrt(greatest(expected_value, 0.01 * abs(mean_final), cast(0.000000001 as double))) as root
    from learnt
),

final as (
    select
        kpi_id,
        kpi_version,
        period_grain,
        period_start,
        segment_set,
        platform,
        attribution_basis,
        value,
        settled_share,
        age_days,
        expected_value,
        expected_value + residual_low * root as expected_lower,
        expected_value + residual_high * root as expected_upper,
        cases,
        case
            when is_open_period then 'the period is open'
            when age_days < 0 then 'a source has not loaded its last day'
            when cases is null then 'nothing is learnt of this age yet'
            when expected_value is null then cast(cases as {{ dbt.type_string() }}) || ' settled periods are too few to learn from'
            else ''
        end as reason
    from spread
)

select * from final
