-- Every measure that a fact holds, by period, segment set and cell.
{{ config(materialized='view') }}

{% set parts = additive_facts().keys() | list + ['followers', 'people', 'activity', 'payback', 'predictions', 'subscriptions', 'periods'] -%}
{% for part in parts -%}
select
    period_grain, period_start, segment_set, {{ dimension_list('mv') }}, attribution_basis, date_basis, measure_id, value
from {{ ref('mv_' ~ part) }} as mv
{{ 'union all' if not loop.last }}
{% endfor %}
