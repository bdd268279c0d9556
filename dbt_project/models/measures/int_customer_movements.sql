-- What each person who has bought brought and took back, by day and by age since the first order.
with customers as (
    select * from {{ ref('dim_customer') }}
    where first_order_date is not null
),

orders as (
    select * from {{ ref('fct_orders') }}
    where is_counted
),

refunds as (
    select * from {{ ref('fct_refunds') }}
    where is_counted
),

movements as (
    select
        person_id,
        order_date as date,
        gross_reporting - discount_reporting as net,
        margin_reporting as margin,
        case when is_purchase then 1 end as purchases
    from orders
    union all
    select person_id, refund_date, -refund_reporting, -margin_reporting, null
    from refunds
),

final as (
    select
        movements.person_id,
        movements.date,
        customers.first_order_date,
        {{ days_from('customers.first_order_date', 'movements.date') }} as age_days,
        movements.net,
        movements.margin,
        movements.purchases
    from movements
    inner join customers on customers.person_id = movements.person_id
)

select * from final
