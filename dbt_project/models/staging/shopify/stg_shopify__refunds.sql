-- Refunded lines without VAT, and one row more where more money went back than for goods and shipping (goodwill): it
-- carries VAT at the order's own mean rate and names no line.
with refund_lines as (
    select * from {{ source('raw_shopify', 'refund_lines') }}
),

refunds as (
    select * from {{ source('raw_shopify', 'refunds') }}
),

orders as (
    select * from {{ source('raw_shopify', 'orders') }}
),

goods as (
    select
        refund_lines.refund_line_id,
        refund_lines.refund_id,
        refund_lines.order_id,
        refund_lines.order_line_id,
        refund_lines.refunded_at,
        refund_lines.quantity,
        orders.currency,
        cast(
            case when orders.is_tax_included then refund_lines.amount - refund_lines.tax_amount else refund_lines.amount end
            as decimal(18, 6)
        ) as refund_amount,
        refund_lines.tax_amount as vat_amount
    from refund_lines
    inner join orders on orders.order_id = refund_lines.order_id
),

returned as (
    select
        refund_id,
        sum(refund_amount + vat_amount) as amount
    from goods
    group by refund_id
),

beyond as (
    select
        refunds.refund_id,
        refunds.order_id,
        refunds.refunded_at,
        orders.currency,
        refunds.paid_amount - refunds.shipping_amount - coalesce(returned.amount, 0) as amount,
        {{ ratio('orders.tax_amount', 'orders.total_amount') }} as tax_share
    from refunds
    inner join orders on orders.order_id = refunds.order_id
    left join returned on returned.refund_id = refunds.refund_id
),

goodwill as (
    select
        refund_id || ':goodwill' as refund_line_id,
        refund_id,
        order_id,
        cast(null as {{ dbt.type_string() }}) as order_line_id,
        refunded_at,
        cast(0 as bigint) as quantity,
        currency,
        cast(amount as decimal(18, 6)) as paid_amount,
        cast(round(cast(amount * coalesce(tax_share, 0) as decimal(18, 6)), 2) as decimal(18, 6)) as vat_amount
    from beyond
    where amount > 0
),

final as (
    select
        refund_line_id,
        refund_id,
        order_id,
        order_line_id,
        {{ ts_utc('refunded_at') }} as refunded_at,
        quantity,
        currency,
        refund_amount,
        vat_amount
    from goods
    union all
    select
        refund_line_id,
        refund_id,
        order_id,
        order_line_id,
        {{ ts_utc('refunded_at') }},
        quantity,
        currency,
        cast(paid_amount - vat_amount as decimal(18, 6)),
        vat_amount
    from goodwill
)

select * from final
