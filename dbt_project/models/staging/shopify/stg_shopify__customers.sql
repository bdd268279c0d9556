with customers as (
    select * from {{ source('raw_shopify', 'customers') }}
),

final as (
    select
        customer_id,
        email_hash,
        phone_hash,
        is_role_address,
        coalesce(upper(country_code), 'unknown') as country,
        case when is_business then 'b2b' else 'b2c' end as customer_type,
        {{ ts_utc('created_at') }} as created_at
    from customers
)

select * from final
