select order_date, count(*) as order_count, cast(sum(amount) as decimal(18, 6)) as amount
from {{ ref('stg_shop__orders') }}
group by 1
