-- Purchases and leads that Meta claims. Of the names of one sale the widest is taken: omni_purchase, else purchase.
with actions as (
    select * from {{ source('raw_meta_ads', 'campaign_actions_daily') }}
),

named as (
    select
        actions.*,
        case when action_type = 'lead' then 'lead' else 'purchase' end as platform_action,
        case when action_type = 'purchase' then 2 else 1 end as preference
    from actions
    where action_type in ('omni_purchase', 'purchase', 'lead')
),

ranked as (
    select
        named.*,
        row_number() over (
            partition by date, account_id, campaign_id, platform_action
            order by preference nulls last
        ) as place
    from named
),

final as (
    select
        date,
        'meta_ads' as platform,
        account_id,
        time_zone,
        currency,
        campaign_id,
        platform_action,
        actions as conversions,
        coalesce(value_amount, 0) as value_amount
    from ranked
    where place = 1
)

select * from final
