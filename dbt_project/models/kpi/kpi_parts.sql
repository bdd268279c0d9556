-- Numerator and denominator of every KPI, period and cell: the generic model, no KPI has a name here. Totals and channels
-- are dense from the first period of their series; in other sets a row exists where a measure of the KPI does.
with measure_values as (
    select * from {{ ref('measure_values') }}
),

terms as (
    select * from {{ ref('kpi_terms_legal') }}
),

dense_sets as (
    select segment_set from {{ ref('segment_sets') }}
    where is_dense = 1
),

periods as (
    select * from {{ ref('int_periods') }}
),

summed as (
    select
        terms.kpi_id,
        terms.kpi_version,
        measured.period_grain,
        measured.period_start,
        measured.segment_set,
        {{ dimension_list('measured') }},
        terms.attribution_basis,
        terms.date_basis,
        sum(case when terms.part = 'num' then measured.value * terms.weight end) as numerator,
        sum(case when terms.part = 'den' then measured.value * terms.weight end) as denominator,
        sum(case when terms.part = 'sumsq' then measured.value * terms.weight end) as sum_squares,
        sum(case when terms.part = 'n' then measured.value * terms.weight end) as n
    from measure_values as measured
    inner join terms
        on terms.measure_id = measured.measure_id
        and terms.measure_basis = measured.attribution_basis
        and terms.period_grain = measured.period_grain
        and terms.segment_set = measured.segment_set
    group by
        terms.kpi_id,
        terms.kpi_version,
        measured.period_grain,
        measured.period_start,
        measured.segment_set,
        {{ dimension_list('measured') }},
        terms.attribution_basis,
        terms.date_basis
    -- A measure that only says how many cases there are makes no row.
    having count_if(terms.part in ('num', 'den')) > 0
),

series as (
    select
        summed.kpi_id,
        summed.kpi_version,
        summed.period_grain,
        summed.segment_set,
        {{ dimension_list('summed') }},
        summed.attribution_basis,
        summed.date_basis,
        min(summed.period_start) as first_start
    from summed
    inner join dense_sets on dense_sets.segment_set = summed.segment_set
    group by all
),

dense_rows as (
    select
        series.kpi_id,
        series.kpi_version,
        series.period_grain,
        periods.period_start,
        series.segment_set,
        {{ dimension_list('series') }},
        series.attribution_basis,
        series.date_basis
    from series
    inner join periods
        on periods.period_grain = series.period_grain
        and periods.period_start >= series.first_start
),

empty_rows as (
    select dense_rows.*
    from dense_rows
    left join summed
        on summed.kpi_id = dense_rows.kpi_id
        and summed.kpi_version = dense_rows.kpi_version
        and summed.period_grain = dense_rows.period_grain
        and summed.period_start = dense_rows.period_start
        and summed.segment_set = dense_rows.segment_set
        {%- for dimension in dimensions() %}
        and summed.{{ dimension }} = dense_rows.{{ dimension }}
        {%- endfor %}
        and summed.attribution_basis = dense_rows.attribution_basis
    where summed.kpi_id is null
),

final as (
    select * from summed
    union all
    select
        empty_rows.*,
        null as numerator,
        null as denominator,
        null as sum_squares,
        null as n
    from empty_rows
)

select * from final
