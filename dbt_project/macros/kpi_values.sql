{#
The published rows of the KPIs of one class: comparisons, status, flags. A join on the compared period, not a lag(): cells
are sparse. Only complete periods are compared. Rows older than the policy keeps are cut here, last.
#}
{% macro kpi_values_of_class(class) %}
with clock as (
    select * from {{ ref('int_clock') }}
),

cells as (
    select * from {{ ref('kpi_cells') }}
    where class = '{{ class }}'
),

periods as (
    select * from {{ ref('int_periods') }}
),

publish_policy as (
    select * from {{ ref('publish_policy') }}
),

published as (
    select
        cells.*,
        periods.is_open_period,
        case when not periods.is_open_period then periods.previous_start end as previous_start,
        case when not periods.is_open_period then periods.previous_year_start end as previous_year_start
    from cells
    inner join periods
        on periods.period_grain = cells.period_grain
        and periods.period_start = cells.period_start
    inner join publish_policy
        on publish_policy.period_grain = cells.period_grain
        and publish_policy.segment_set = cells.segment_set
    where periods.days_ago < publish_policy.keep_days
),

final as (
    select
        published.kpi_id,
        cast(published.kpi_version as integer) as kpi_version,
        published.period_grain,
        published.period_start,
        published.segment_set,
        {{ dimension_list('published') }},
        published.attribution_basis,
        published.date_basis,
        case when published.unit = 'money' then clock.reporting_currency else 'none' end as currency,
        published.numerator,
        published.denominator,
        published.value,
        published.n,
        published.lower,
        published.upper,
        previous.value as previous_value,
        previous_year.value as previous_year_value,
        cast(null as double) as target_value,
        cast(null as double) as benchmark_value,
        'no_target' as status,
        published.is_open_period,
        published.settled_share < 1 as is_provisional,
        published.settled_share,
        published.is_missing,
        published.is_unreliable,
        published.tz_mismatch,
        cast(null as boolean) as is_anomaly,
        cast(null as {{ dbt.type_string() }}) as anomaly_reason,
        cast(null as {{ dbt.type_string() }}) as recommended_action,
        clock.loaded_at
    from published
    {%- for alias, start in [('previous', 'previous_start'), ('previous_year', 'previous_year_start')] %}
    left join cells as {{ alias }}
        on {{ alias }}.kpi_id = published.kpi_id
        and {{ alias }}.kpi_version = published.kpi_version
        and {{ alias }}.period_grain = published.period_grain
        and {{ alias }}.period_start = published.{{ start }}
        and {{ alias }}.segment_set = published.segment_set
        {%- for dimension in dimensions() %}
        and {{ alias }}.{{ dimension }} = published.{{ dimension }}
        {%- endfor %}
        and {{ alias }}.attribution_basis = published.attribution_basis
        and {{ alias }}.date_basis = published.date_basis
    {%- endfor %}
    cross join clock
)

select * from final
{% endmacro %}
