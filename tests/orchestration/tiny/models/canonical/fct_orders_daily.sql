select order_date, count(*) as order_count, cast(sum(amount) as decimal(18, 6)) as amount
from {{ ref('stg_shop__orders') }}
{%- if var('is_broken', false) %}
where order_date = 'no date'  {# what a test asks for, to see the build fail #}
{%- endif %}
group by 1
