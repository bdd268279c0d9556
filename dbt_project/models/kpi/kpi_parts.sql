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

manual as (
    select * from {{ ref('int_manual_kpis__unioned') }}
),

legal_totals as (
    select * from {{ ref('kpi_legal') }}
    where segment_set = 'total'
),

contributions as (
    select
        terms.kpi_id,
        terms.kpi_version,
        measured.period_grain,
        measured.period_start,
        measured.segment_set,
        {{ dimension_list('measured') }},
        terms.attribution_basis,
        terms.date_basis,
        terms.part,
        measured.value * terms.weight as amount
    from measure_values as measured
    inner join terms
        on terms.measure_id = measured.measure_id
        and terms.measure_basis = measured.attribution_basis
        and terms.period_grain = measured.period_grain
        and terms.segment_set = measured.segment_set
    {%- for part, column in [('num', 'numerator'), ('den', 'denominator')] %}
    union all
    select
        manual.kpi_id, legal_totals.kpi_version, manual.period_grain, manual.period_start, legal_totals.segment_set,
        {%- for dimension in dimensions() %} '(all)',{% endfor %}
        legal_totals.attribution_basis, legal_totals.date_basis, '{{ part }}', manual.{{ column }}
    from manual
    inner join legal_totals
        on legal_totals.kpi_id = manual.kpi_id
        and legal_totals.period_grain = manual.period_grain
    where manual.{{ column }} is not null
    {%- endfor %}
),

summed as (
    select
        contributions.kpi_id,
        contributions.kpi_version,
        contributions.period_grain,
        contributions.period_start,
        contributions.segment_set,
        {{ dimension_list('contributions') }},
        contributions.attribution_basis,
        contributions.date_basis,
        {%- for part, column in [('num', 'numerator'), ('den', 'denominator'), ('sumsq', 'sum_squares'), ('n', 'n')] %}
        sum(case when contributions.part = '{{ part }}' then contributions.amount end) as {{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from contributions
    group by
        contributions.kpi_id,
        contributions.kpi_version,
        contributions.period_grain,
        contributions.period_start,
        contributions.segment_set,
        {{ dimension_list('contributions') }},
        contributions.attribution_basis,
        contributions.date_basis
    -- A measure that only says how many cases there are makes no row.
    having count_if(contributions.part in ('num', 'den')) > 0
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
