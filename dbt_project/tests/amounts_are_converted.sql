-- Amounts without a rate at most 7 days old are left out of every KPI: say so.
{{ config(severity='warn') }}

{% set dates = {
    'fct_ad_performance_daily': 'date',
    'fct_orders': 'order_date',
    'fct_refunds': 'refund_date',
    'fct_costs': 'date',
    'fct_budgets': 'date',
    'fct_subscriptions': 'started_date',
    'fct_deals': 'created_date',
} -%}

{% for model, date in dates.items() -%}
select
    '{{ model }}' as fact,
    facts.currency,
    count(*) as row_count
from {{ ref(model) }} as facts
cross join {{ ref('int_clock') }} as clock
where facts.conversion_gap is not null
    and facts.{{ date }} <= clock.data_until
group by facts.currency
{{ 'union all' if not loop.last }}
{% endfor %}
