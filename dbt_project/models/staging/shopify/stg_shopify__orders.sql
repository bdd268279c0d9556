-- Orders in every state. Shipping is without VAT: the tax that is on no line is shipping's. What the shop cannot say
-- about the visits before an order (no summary, or not attributed yet, or no visit in it) is unknown.
with orders as (
    select * from {{ source('raw_shopify', 'orders') }}
),

order_lines as (
    select * from {{ source('raw_shopify', 'order_lines') }}
),

line_taxes as (
    select
        order_id,
        sum(tax_amount) as tax_amount
    from order_lines
    group by order_id
),

final as (
    select
        orders.order_id,
        orders.customer_id,
        {{ ts_utc('orders.created_at') }} as created_at,
        orders.financial_status in ('PAID', 'PARTIALLY_REFUNDED', 'REFUNDED') as is_paid,
        orders.is_test,
        orders.source_name = 'shopify_draft_order' as is_draft,
        {{ ts_utc('orders.cancelled_at') }} as cancelled_at,
        {{ known('orders.source_name') }} as sales_channel,
        coalesce(upper(orders.country_code), 'unknown') as country,
        'unknown' as device,
        orders.currency,
        cast(
            case
                when orders.is_tax_included
                    then orders.shipping_amount - (orders.tax_amount - coalesce(line_taxes.tax_amount, 0))
                else orders.shipping_amount
            end as decimal(18, 6)
        ) as shipping_amount,
        case
            when orders.journey_status = 'known' and (orders.last_visit_at is not null or orders.first_visit_at is not null)
                then 'known'
            else 'unknown'
        end as attribution_status,
        {{ ts_utc('orders.first_visit_at') }} as first_visit_at,
        {{ known('coalesce(orders.first_utm_source, orders.first_source)') }} as first_source,
        {{ known('orders.first_utm_medium') }} as first_medium,
        {{ campaign_label('orders.first_utm_campaign') }} as first_campaign,
        {{ ts_utc('orders.last_visit_at') }} as last_visit_at,
        {{ known('coalesce(orders.last_utm_source, orders.last_source)') }} as last_source,
        {{ known('orders.last_utm_medium') }} as last_medium,
        {{ campaign_label('orders.last_utm_campaign') }} as last_campaign
    from orders
    left join line_taxes on line_taxes.order_id = orders.order_id
)

select * from final
