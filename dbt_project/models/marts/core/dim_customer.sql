-- People known to the shop or won in the CRM: when they became customers, through which channel, and their first order.
with orders as (
    select * from {{ ref('fct_orders') }}
    where is_purchase
),

deals as (
    select * from {{ ref('fct_deals') }}
    where is_won
        and closed_at is not null
        and person_id is not null
),

paid_channels as (
    select channel from {{ ref('channels') }}
    where is_paid
),

first_orders as (
    select * from orders
    where is_first_purchase
),

order_counts as (
    select
        person_id,
        count(*) as purchases
    from orders
    group by person_id
),

repeat_orders as (
    select
        orders.person_id,
        min(orders.order_date) as next_kept_order_date
    from orders
    where not orders.is_first_purchase
        and not orders.is_fully_refunded
    group by orders.person_id
),

ranked_deals as (
    select
        person_id,
        deal_id,
        closed_at,
        closed_date,
        channel,
        row_number() over (partition by person_id order by closed_at nulls last, deal_id nulls last) as deal_no
    from deals
),

first_deals as (
    select * from ranked_deals
    where deal_no = 1
),

joined as (
    select
        coalesce(first_orders.person_id, first_deals.person_id) as person_id,
        first_orders.order_id as first_order_id,
        first_orders.order_date as first_order_date,
        first_orders.channel as first_order_channel,
        first_orders.campaign as first_order_campaign,
        first_orders.country as first_order_country,
        first_orders.customer_type as first_order_customer_type,
        first_orders.is_fully_refunded as is_first_order_refunded,
        first_deals.deal_id as first_deal_id,
        first_deals.closed_date as first_deal_date,
        first_deals.channel as first_deal_channel,
        first_orders.created_at is not null
            and (first_deals.closed_at is null or first_orders.created_at <= first_deals.closed_at) as is_won_by_order
    from first_orders
    full outer join first_deals on first_deals.person_id = first_orders.person_id
),

final as (
    select
        joined.person_id,
        case when joined.is_won_by_order then joined.first_order_date else joined.first_deal_date end as customer_since,
        case when joined.is_won_by_order then 'order' else 'deal' end as won_by,
        case when joined.is_won_by_order then joined.first_order_channel else joined.first_deal_channel end as channel,
        paid_channels.channel is not null as is_won_by_paid_channel,
        not (joined.is_won_by_order and joined.is_first_order_refunded) as is_kept,
        joined.first_deal_id,
        joined.first_order_id,
        joined.first_order_date,
        joined.first_order_channel,
        joined.first_order_campaign,
        joined.first_order_country,
        joined.first_order_customer_type,
        repeat_orders.next_kept_order_date,
        coalesce(order_counts.purchases, 0) as purchases,
        'first_party:last_non_direct' as attribution_basis
    from joined
    left join order_counts on order_counts.person_id = joined.person_id
    left join repeat_orders on repeat_orders.person_id = joined.person_id
    left join paid_channels
        on paid_channels.channel
        = case when joined.is_won_by_order then joined.first_order_channel else joined.first_deal_channel end
)

select * from final
