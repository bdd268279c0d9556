-- Conversions that Google claims, by the account's own names of actions, on the day of the click.
with actions as (
    select * from {{ source('raw_google_ads', 'conversion_actions_daily') }}
),

final as (
    select
        date,
        'google_ads' as platform,
        account_id,
        time_zone,
        currency,
        campaign_id,
        {{ known('conversion_action') }} as platform_action,
        sum(conversions) as conversions,
        cast(sum(conversions_value_amount) as decimal(18, 6)) as value_amount
    from actions
    group by all
)

select * from final
