-- Refunded lines on the day of the refund, with the dimensions of their order. Goods only; a gift card's is no revenue.
with clock as (
    select * from {{ ref('int_clock') }}
),

refunds as (
    select * from {{ ref('int_refunds__unioned') }}
),

gift_cards as (
    select order_line_id from {{ ref('int_order_lines__unioned') }}
    where is_gift_card
),

orders as (
    select * from {{ ref('fct_orders') }}
),

rates as (
    select * from {{ ref('int_fx_daily') }}
),

dated as (
    select
        refunds.*,
        {{ local_day('refunds.refunded_at', 'clock.time_zone') }} as refund_date
    from refunds
    cross join clock
    where refunds.refunded_at <= clock.as_of
),

final as (
    select
        dated.refund_line_id,
        dated.refund_id,
        dated.order_id,
        dated.order_line_id,
        dated.refund_date,
        dated.refunded_at,
        orders.order_date,
        orders.person_id,
        orders.customer_type,
        orders.country,
        orders.device,
        orders.channel,
        orders.campaign,
        orders.platform,
        orders.attribution_basis,
        orders.is_counted,
        gift_cards.order_line_id is not null as is_gift_card,
        dated.quantity,
        dated.currency,
        dated.refund_amount,
        dated.vat_amount,
        case
            when gift_cards.order_line_id is null then {{ converted('dated.refund_amount', 'rates.rate') }} else 0
        end as refund_reporting,
        {{ conversion_gap('rates.rate') }} as conversion_gap
    from dated
    inner join orders on orders.order_id = dated.order_id
    left join gift_cards on gift_cards.order_line_id = dated.order_line_id
    left join rates
        on rates.currency = dated.currency
        and rates.date = dated.refund_date
)

select * from final
