-- Numerator and denominator of every KPI, period and cell: the generic model, no KPI has a name here. Totals and channels
-- are dense from the first period of their series; in other sets a row exists where a measure of the KPI does. A KPI that
-- nobody feeds is there, empty, in the total.
with measure_values as (
    select * from {{ ref('measure_values') }}
),

terms as (
    select * from {{ ref('kpi_terms_legal') }}
),

segments as (
    select * from {{ ref('kpi_segments') }}
),

periods as (
    select * from {{ ref('int_periods') }}
),

unfed as (
    select * from {{ ref('kpi_unfed') }}
),

legal as (
    select * from {{ ref('kpi_legal') }}
),

keys as (
    select * from {{ ref('kpi_keys') }}
),

numbered as (
    select
        segments.cell_no,
        periods.period_no,
        measured.period_grain,
        measured.period_start,
        measured.segment_set,
        measured.attribution_basis,
        measured.measure_id,
        measured.value
    from measure_values as measured
    inner join segments
        on segments.segment_set = measured.segment_set
        {%- for dimension in dimensions() %}
        and segments.{{ dimension }} = measured.{{ dimension }}
        {%- endfor %}
    inner join periods
        on periods.period_grain = measured.period_grain
        and periods.period_start = measured.period_start
),

contributions as (
    select
        terms.kpi_no,
        numbered.period_no,
        numbered.cell_no,
        terms.part,
        numbered.value * terms.weight as amount
    from numbered
    inner join terms
        on terms.measure_id = numbered.measure_id
        and terms.measure_basis = numbered.attribution_basis
        and terms.period_grain = numbered.period_grain
        and terms.segment_set = numbered.segment_set
        and terms.valid_from <= numbered.period_start
        and terms.valid_before > numbered.period_start
),

summed as (
    select
        contributions.kpi_no,
        contributions.period_no,
        contributions.cell_no,
        {%- for part, column in [('num', 'numerator'), ('den', 'denominator'), ('sumsq', 'sum_squares'), ('n', 'n')] %}
        sum(case when contributions.part = '{{ part }}' then contributions.amount end) as {{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from contributions
    group by contributions.kpi_no, contributions.period_no, contributions.cell_no
    -- A measure that only says how many cases there are makes no row.
    having count_if(contributions.part in ('num', 'den')) > 0
),

series as (
    select
        summed.kpi_no,
        summed.cell_no,
        periods.period_grain,
        min(periods.period_start) as first_start
    from summed
    inner join segments on segments.cell_no = summed.cell_no
    inner join periods on periods.period_no = summed.period_no
    where segments.is_dense
    group by summed.kpi_no, summed.cell_no, periods.period_grain
),

empty_rows as (
    select
        series.kpi_no,
        periods.period_no,
        series.cell_no
    from series
    inner join keys on keys.kpi_no = series.kpi_no
    inner join periods
        on periods.period_grain = series.period_grain
        and periods.period_start >= series.first_start
        and periods.period_start < keys.valid_before
    left join summed
        on summed.kpi_no = series.kpi_no
        and summed.period_no = periods.period_no
        and summed.cell_no = series.cell_no
    where summed.kpi_no is null
    union all
    select
        unfed.kpi_no,
        unfed.period_no,
        segments.cell_no
    from unfed
    inner join keys on keys.kpi_no = unfed.kpi_no
    inner join periods on periods.period_no = unfed.period_no
    inner join legal
        on legal.kpi_id = keys.kpi_id
        and legal.kpi_version = keys.kpi_version
        and legal.attribution_basis = keys.attribution_basis
        and legal.period_grain = periods.period_grain
        and legal.segment_set = 'total'
    inner join segments on segments.segment_set = legal.segment_set
    left join series
        on series.kpi_no = unfed.kpi_no
        and series.cell_no = segments.cell_no
        and series.period_grain = periods.period_grain
    where series.kpi_no is null
),

final as (
    select * from summed
    union all
    select
        kpi_no,
        period_no,
        cell_no,
        null as numerator,
        null as denominator,
        null as sum_squares,
        null as n
    from empty_rows
)

select * from final
