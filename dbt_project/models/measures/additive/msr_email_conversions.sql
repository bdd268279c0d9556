-- E-mail sends on their send day, with the people who bought through them within 7 days: an order belongs to the send that
-- its journey names, by channel and campaign. What recipients bought without coming through the mail is not told.
with sends as (
    select * from {{ ref('fct_email_campaigns') }}
),

orders as (
    select * from {{ ref('fct_orders') }}
    where is_counted
        and channel = 'email'
),

-- A campaign sent twice: the later send before the order.
brought as (
    select
        sends.platform,
        sends.campaign_id,
        coalesce(orders.person_id, orders.order_id) as buyer,
        row_number() over (
            partition by orders.order_id order by sends.sent_at desc nulls last, sends.campaign_id nulls last
        ) as choice
    from orders
    inner join sends
        on lower(sends.campaign) = lower(orders.campaign)
        and orders.created_at between sends.sent_at and sends.sent_at + interval 7 day
),

converters as (
    select
        platform,
        campaign_id,
        count(distinct buyer) as converters
    from brought
    where choice = 1
    group by platform, campaign_id
),

final as (
    select
        sends.send_date as date,
        sends.platform,
        sends.campaign,
        'none' as attribution_basis,
        sends.emails_delivered as emails_delivered_7,
        coalesce(converters.converters, 0) as email_converters_7
    from sends
    left join converters
        on converters.platform = sends.platform
        and converters.campaign_id = sends.campaign_id
)

select * from final
