{#
The published rows of the KPIs of one class: labels, comparisons, status, flags. A join on the compared period, not a
lag(): cells are sparse. Only complete periods are compared. Rows older than the policy keeps are cut here, last, and the
windows that a period to date is compared with.
#}
{% macro kpi_values_of_class(class) %}
with clock as (
    select * from {{ ref('int_clock') }}
),

cells as (
    select * from {{ ref('kpi_cells') }}
    where class = '{{ class }}'
),

keys as (
    select * from {{ ref('kpi_keys') }}
),

segments as (
    select * from {{ ref('kpi_segments') }}
),

periods as (
    select * from {{ ref('int_periods') }}
),

publish_policy as (
    select * from {{ ref('publish_policy') }}
),

targets as (
    select * from {{ ref('kpi_targets') }}
),

benchmarks as (
    select * from {{ ref('kpi_benchmark_values') }}
),

judgements as (
    select * from {{ ref('kpi_judgements') }}
),

compared_periods as (
    select
        periods.period_no,
        periods.period_grain,
        periods.period_start,
        periods.days_ago,
        periods.is_open_period,
        previous.period_no as previous_no,
        previous_year.period_no as previous_year_no,
        earlier.period_no as earlier_no,
        -- Calendar months and quarters differ in length by nature; a window cut short by the end of its month does not fit,
        -- nor does a period of which the first days were never loaded.
        {%- for alias in ['previous', 'previous_year'] %}
        periods.is_whole
        and {{ alias }}.is_whole
        and ({{ alias }}.days = periods.days or periods.period_grain in ('month', 'quarter')) as is_{{ alias }}_as_long
        {{- ',' if not loop.last }}
        {%- endfor %}
    from periods
    {%- for alias, later, start in [
        ('previous', 'periods', 'previous_start'),
        ('previous_year', 'periods', 'previous_year_start'),
        ('earlier', 'previous', 'previous_start'),
    ] %}
    left join periods as {{ alias }}
        on {{ alias }}.period_grain = periods.period_grain
        and {{ alias }}.period_start = {{ later }}.{{ start }}
        and not periods.is_open_period
    {%- endfor %}
    where not periods.is_compared_only
),

final as (
    select
        keys.kpi_id,
        keys.kpi_version,
        compared_periods.period_grain,
        compared_periods.period_start,
        segments.segment_set,
        {{ dimension_list('segments') }},
        keys.attribution_basis,
        keys.date_basis,
        case when keys.unit = 'money' then clock.reporting_currency else 'none' end as currency,
        cells.numerator,
        cells.denominator,
        cells.value,
        cells.n,
        cells.lower,
        cells.upper,
        previous.value as previous_value,
        previous_year.value as previous_year_value,
        cells.value - previous.value as change,
        {{ relative_change('previous') }} as change_ratio,
        cells.value - previous_year.value as year_change,
        {{ relative_change('previous_year') }} as year_change_ratio,
        (cells.value - previous.value) - (previous.value - earlier.value) as acceleration,
        {{ is_like_with_like('previous') }} as is_comparable,
        {{ is_like_with_like('previous_year') }} as is_year_comparable,
        targets.target_value,
        benchmarks.benchmark_value,
        benchmarks.benchmark_percentile,
        coalesce(targets.status, 'no_target') as status,
        compared_periods.is_open_period,
        cells.settled_share < 1 as is_provisional,
        cells.settled_share,
        cells.is_missing,
        cells.is_unreliable,
        cells.tz_mismatch,
        judgements.is_anomaly,
        judgements.anomaly_score,
        judgements.anomaly_reason,
        judgements.expected_value,
        judgements.usual_from,
        judgements.usual_to,
        judgements.recommended_action,
        clock.loaded_at
    from cells
    inner join keys on keys.kpi_no = cells.kpi_no
    inner join segments on segments.cell_no = cells.cell_no
    inner join compared_periods on compared_periods.period_no = cells.period_no
    inner join publish_policy
        on publish_policy.period_grain = compared_periods.period_grain
        and publish_policy.segment_set = segments.segment_set
    {%- for alias in ['previous', 'previous_year', 'earlier'] %}
    left join cells as {{ alias }}
        on {{ alias }}.kpi_no = cells.kpi_no
        and {{ alias }}.cell_no = cells.cell_no
        and {{ alias }}.period_no = compared_periods.{{ alias }}_no
    {%- endfor %}
    {%- for alias in ['targets', 'benchmarks', 'judgements'] %}
    left join {{ alias }}
        on {{ alias }}.kpi_no = cells.kpi_no
        and {{ alias }}.period_no = cells.period_no
        and {{ alias }}.cell_no = cells.cell_no
    {%- endfor %}
    cross join clock
    where compared_periods.days_ago < publish_policy.keep_days
)

select * from final
{% endmacro %}
