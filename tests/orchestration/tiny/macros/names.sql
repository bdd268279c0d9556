{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ (custom_schema_name or target.schema) | trim }}
{%- endmacro %}

{# One class of `kpi_values`: the KPIs of a class, by the grains that it allows. #}
{% macro values_of_class(kpis, grains) -%}
with terms as (
    select 'orders' as kpi_id, order_date as date, cast(order_count as double) as numerator, null as denominator
    from {{ ref('fct_orders_daily') }}
    union all
    select 'web_sessions', date, cast(sessions as double), null from {{ ref('stg_web__sessions') }}
    union all
    select 'cvr_session', order_date, cast(order_count as double), null from {{ ref('fct_orders_daily') }}
    union all
    select 'cvr_session', date, null, cast(sessions as double) from {{ ref('stg_web__sessions') }}
),

grains as (
    select unnest([{% for grain in grains %}'{{ grain }}'{{ ',' if not loop.last }}{% endfor %}]) as period_grain
),

parts as (
    select
        terms.kpi_id,
        grains.period_grain,
        cast(date_trunc(grains.period_grain, terms.date) as date) as period_start,
        sum(terms.numerator) as numerator,
        sum(terms.denominator) as denominator
    from terms
    cross join grains
    where terms.kpi_id in ({% for kpi in kpis %}'{{ kpi }}'{{ ',' if not loop.last }}{% endfor %})
    group by 1, 2, 3
)

select
    kpi_id,
    cast(1 as bigint) as kpi_version,
    period_grain,
    period_start,
    'total' as segment_set,
    '(all)' as platform,
    '(all)' as channel,
    '(all)' as source_medium,
    '(all)' as campaign,
    '(all)' as country,
    '(all)' as device,
    '(all)' as landing_page,
    '(all)' as customer_type,
    'none' as attribution_basis,
    'none' as date_basis,
    'none' as currency,
    numerator,
    denominator,
    case when kpi_id = 'cvr_session' then numerator / nullif(denominator, 0) else numerator end as value,
    lag(case when kpi_id = 'cvr_session' then numerator / nullif(denominator, 0) else numerator end)
        over (partition by kpi_id, period_grain order by period_start nulls last) as previous_value,
    period_start = max(period_start) over (partition by period_grain) and period_grain <> 'day' as is_open_period,
    false as is_provisional,
    false as is_missing,
    false as is_unreliable,
    false as tz_mismatch,
    false as is_anomaly,
    cast(null as double) as anomaly_score,
    cast(null as varchar) as anomaly_reason
from parts
{%- endmacro %}
