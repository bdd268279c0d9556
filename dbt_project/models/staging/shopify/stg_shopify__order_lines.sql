-- Lines without VAT. The shop's own rounded tax is trusted: net = line − tax. A discount is brought to the same basis by
-- the line's rate, and gross is what then makes gross − discount + vat the line exactly.
with order_lines as (
    select * from {{ source('raw_shopify', 'order_lines') }}
),

orders as (
    select * from {{ source('raw_shopify', 'orders') }}
),

priced as (
    select
        order_lines.*,
        orders.currency,
        cast(order_lines.quantity * order_lines.unit_price_amount - order_lines.discount_amount as decimal(18, 6)) as line_amount,
        case when orders.is_tax_included then order_lines.tax_amount else 0 end as included_tax_amount,
        case when orders.is_tax_included then order_lines.tax_rate else 0 end as included_tax_rate
    from order_lines
    inner join orders on orders.order_id = order_lines.order_id
),

discounted as (
    select
        priced.*,
        cast({{ ratio('discount_amount', '1 + included_tax_rate') }} as decimal(18, 6)) as net_discount_amount
    from priced
),

final as (
    select
        order_line_id,
        order_id,
        product_id,
        quantity,
        currency,
        cast(line_amount - included_tax_amount + net_discount_amount as decimal(18, 6)) as gross_amount,
        net_discount_amount as discount_amount,
        tax_amount as vat_amount,
        cast(quantity * unit_cost_amount as decimal(18, 6)) as cost_amount,
        is_gift_card
    from discounted
)

select * from final
