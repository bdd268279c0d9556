-- Campaign days. Orders are conversions of actions that the account classes as purchases, on the day of the click.
with campaigns as (
    select * from {{ source('raw_google_ads', 'campaigns_daily') }}
),

purchases as (
    select
        date,
        account_id,
        campaign_id,
        sum(conversions) as conversions,
        sum(conversions_value_amount) as value_amount
    from {{ source('raw_google_ads', 'conversion_actions_daily') }}
    where conversion_category = 'PURCHASE'
    group by date, account_id, campaign_id
),

campaign_days as (
    select
        date,
        account_id,
        time_zone,
        currency,
        campaign_id,
        max(campaign_name) as campaign_name,
        max(campaign_type) as campaign_type,
        sum(impressions) as impressions,
        sum(clicks) as clicks,
        sum(engagements) as engagements,
        sum(video_views) as video_views,
        -- The vendor tells the share of impressions that were watched to the end, not how many; of video campaigns each began.
        sum(case when campaign_type = 'VIDEO' then impressions end) as video_starts,
        sum(case when campaign_type = 'VIDEO' then round(video_completion_share * impressions) end) as video_completions,
        sum(cost_amount) as cost_amount
    from campaigns
    group by date, account_id, time_zone, currency, campaign_id
),

final as (
    select
        campaign_days.date,
        'google_ads' as platform,
        campaign_days.account_id,
        campaign_days.time_zone,
        campaign_days.currency,
        campaign_days.campaign_id,
        {{ known('campaign_days.campaign_name') }} as campaign_name,
        {{ known('campaign_days.campaign_type') }} as campaign_type,
        cast(campaign_days.impressions as bigint) as impressions,
        cast(campaign_days.clicks as bigint) as clicks,
        cast(campaign_days.clicks as bigint) as clicks_all,
        cast(campaign_days.engagements as bigint) as engagements,
        cast(campaign_days.video_views as bigint) as video_views,
        cast(campaign_days.video_starts as bigint) as video_starts,
        cast(campaign_days.video_completions as bigint) as video_completions,
        cast(campaign_days.cost_amount as decimal(18, 6)) as spend_amount,
        coalesce(purchases.conversions, 0) as platform_orders,
        cast(coalesce(purchases.value_amount, 0) as decimal(18, 6)) as platform_value_amount
    from campaign_days
    left join purchases
        on purchases.date = campaign_days.date
        and purchases.account_id = campaign_days.account_id
        and purchases.campaign_id = campaign_days.campaign_id
)

select * from final
