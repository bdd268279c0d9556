-- Amounts without a rate at most 7 days old are left out of every KPI: say so.
{{ config(severity='warn') }}

{% for model in ['fct_ad_performance_daily', 'fct_orders', 'fct_refunds', 'fct_costs', 'fct_deals'] -%}
select
    '{{ model }}' as fact,
    currency,
    count(*) as row_count
from {{ ref(model) }}
where conversion_gap is not null
group by currency
{{ 'union all' if not loop.last }}
{% endfor %}
