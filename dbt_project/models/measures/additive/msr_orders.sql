-- Counted orders on their day and refunds on theirs, both with the order's dimensions, in the reporting currency.
with orders as (
    select * from {{ ref('fct_orders') }}
    where is_counted
),

refunds as (
    select * from {{ ref('fct_refunds') }}
    where is_counted
),

channels as (
    select * from {{ ref('channels') }}
),

customers as (
    select * from {{ ref('dim_customer') }}
),

-- Orders that made a customer; where a deal was won before, none did.
winning_orders as (
    select first_order_id as order_id
    from customers
    where won_by = 'order'
),

sold as (
    select
        orders.order_date as date,
        orders.order_id,
        orders.platform, orders.channel, orders.campaign, orders.country, orders.device, orders.customer_type,
        orders.attribution_basis,
        1 as orders,
        case when orders.is_journey_known then 1 end as orders_with_touch,
        orders.gross_reporting as gross,
        orders.discount_reporting as discounts,
        null as refunds,
        case when customers.customer_since <= orders.order_date and winning_orders.order_id is null then 1 end as orders_returning,
        orders.gross_reporting - orders.discount_reporting + orders.vat_reporting as value_with_vat,
        orders.margin_reporting as margin,
        orders.gross_reporting - orders.discount_reporting as net
    from orders
    left join customers on customers.person_id = orders.person_id
    left join winning_orders on winning_orders.order_id = orders.order_id
),

returned as (
    select
        refunds.refund_date as date,
        refunds.order_id,
        refunds.platform, refunds.channel, refunds.campaign, refunds.country, refunds.device, refunds.customer_type,
        refunds.attribution_basis,
        null as orders,
        null as orders_with_touch,
        null as gross,
        null as discounts,
        refunds.refund_reporting as refunds,
        null as orders_returning,
        null as value_with_vat,
        -refunds.margin_reporting as margin,
        -refunds.refund_reporting as net
    from refunds
),

all_rows as (
    select * from sold
    union all
    select * from returned
),

final as (
    select
        all_rows.date,
        all_rows.platform,
        all_rows.channel,
        all_rows.campaign,
        all_rows.country,
        all_rows.device,
        all_rows.customer_type,
        all_rows.attribution_basis,
        all_rows.orders,
        all_rows.orders_with_touch,
        all_rows.gross,
        all_rows.discounts,
        all_rows.refunds,
        case when channels.is_paid then all_rows.orders end as orders_paid,
        case when channels.is_paid then all_rows.net end as net_paid,
        case when winning_orders.order_id is not null then all_rows.net end as net_of_first_orders,
        all_rows.orders_returning,
        case when channels.is_paid then all_rows.value_with_vat end as value_paid,
        case when channels.is_paid then all_rows.margin end as margin_paid,
        case when channels.is_marketing then all_rows.margin end as margin_attributed
    from all_rows
    left join channels on channels.channel = all_rows.channel
    left join winning_orders on winning_orders.order_id = all_rows.order_id
)

select * from final
