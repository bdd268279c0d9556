-- Refunded lines on the day of the refund, with the dimensions of their order. Goods only; a gift card's is no revenue.
-- Returned pieces take their cost back with them; goodwill brings nothing back.
with clock as (
    select * from {{ ref('int_clock') }}
),

refunds as (
    select * from {{ ref('int_refunds__unioned') }}
),

order_lines as (
    select
        order_line_id,
        quantity,
        cost_amount,
        coalesce(is_gift_card, false) as is_gift_card
    from {{ ref('int_order_lines__unioned') }}
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

costed as (
    select
        dated.*,
        coalesce(order_lines.is_gift_card, false) as is_gift_card,
        case
            when dated.order_line_id is null then dated.refund_amount
            else dated.refund_amount - {{ ratio('order_lines.cost_amount * dated.quantity', 'order_lines.quantity') }}
        end as margin_amount
    from dated
    left join order_lines on order_lines.order_line_id = dated.order_line_id
),

final as (
    select
        costed.refund_line_id,
        costed.refund_id,
        costed.order_id,
        costed.order_line_id,
        costed.refund_date,
        costed.refunded_at,
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
        costed.is_gift_card,
        costed.quantity,
        costed.currency,
        costed.refund_amount,
        costed.vat_amount,
        case when costed.is_gift_card then 0 else {{ converted('costed.refund_amount', 'rates.rate') }} end as refund_reporting,
        case when costed.is_gift_card then 0 else {{ converted('costed.margin_amount', 'rates.rate') }} end as margin_reporting,
        {{ conversion_gap('rates.rate') }} as conversion_gap
    from costed
    inner join orders on orders.order_id = costed.order_id
    left join rates
        on rates.currency = costed.currency
        and rates.date = costed.refund_date
)

select * from final
