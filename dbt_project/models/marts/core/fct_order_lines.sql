-- Lines of orders, with the order's day and state. A gift card's line keeps its amounts here; no KPI counts them.
with order_lines as (
    select * from {{ ref('int_order_lines__unioned') }}
),

orders as (
    select * from {{ ref('fct_orders') }}
),

final as (
    select
        order_lines.order_line_id,
        order_lines.order_id,
        orders.order_date,
        orders.is_counted,
        order_lines.product_id,
        order_lines.quantity,
        coalesce(order_lines.is_gift_card, false) as is_gift_card,
        orders.currency,
        order_lines.gross_amount,
        order_lines.discount_amount,
        order_lines.vat_amount,
        order_lines.cost_amount,
        {{ converted('order_lines.gross_amount', 'orders.fx_rate') }} as gross_reporting,
        {{ converted('order_lines.discount_amount', 'orders.fx_rate') }} as discount_reporting,
        {{ converted('order_lines.vat_amount', 'orders.fx_rate') }} as vat_reporting,
        {{ converted('order_lines.cost_amount', 'orders.fx_rate') }} as cost_reporting
    from order_lines
    inner join orders on orders.order_id = order_lines.order_id
)

select * from final
