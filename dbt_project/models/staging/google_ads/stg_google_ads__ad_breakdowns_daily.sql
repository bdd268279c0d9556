-- Campaign days by device (of the base report) and by country (a report of its own, which knows no purchases, engagements
-- or video views).
with campaigns as (
    select * from {{ source('raw_google_ads', 'campaigns_daily') }}
),

countries as (
    select * from {{ source('raw_google_ads', 'campaign_countries_daily') }}
),

actions as (
    select * from {{ source('raw_google_ads', 'conversion_actions_daily') }}
    where conversion_category = 'PURCHASE'
),

-- Televisions and other devices that the vendor tells apart become unknown and are added up.
of_device as (
    select
        date,
        account_id,
        time_zone,
        currency,
        campaign_id,
        {{ google_ads_device('device') }} as device,
        sum(impressions) as impressions,
        sum(clicks) as clicks,
        sum(engagements) as engagements,
        sum(video_views) as video_views,
        -- The vendor tells the share of impressions that were watched to the end, not how many; of video campaigns each began.
        sum(case when campaign_type = 'VIDEO' then impressions end) as video_starts,
        sum(case when campaign_type = 'VIDEO' then round(video_completion_share * impressions) end) as video_completions,
        sum(cost_amount) as cost_amount
    from campaigns
    group by all
),

purchases_of_device as (
    select
        date,
        account_id,
        campaign_id,
        {{ google_ads_device('device') }} as device,
        sum(conversions) as conversions,
        sum(conversions_value_amount) as value_amount
    from actions
    group by all
),

of_country as (
    select
        date,
        account_id,
        time_zone,
        currency,
        campaign_id,
        {{ known('upper(country)') }} as country,
        sum(impressions) as impressions,
        sum(clicks) as clicks,
        sum(cost_amount) as cost_amount
    from countries
    group by all
),

devices as (
    select
        of_device.date,
        of_device.account_id,
        of_device.time_zone,
        of_device.currency,
        of_device.campaign_id,
        'device' as breakdown,
        '(all)' as country,
        of_device.device,
        of_device.impressions,
        of_device.clicks,
        of_device.engagements,
        of_device.video_views,
        of_device.video_starts,
        of_device.video_completions,
        of_device.cost_amount,
        coalesce(purchases_of_device.conversions, 0) as platform_orders,
        coalesce(purchases_of_device.value_amount, 0) as platform_value_amount
    from of_device
    left join purchases_of_device
        on purchases_of_device.date = of_device.date
        and purchases_of_device.account_id = of_device.account_id
        and purchases_of_device.campaign_id = of_device.campaign_id
        and purchases_of_device.device = of_device.device
),

breakdowns as (
    select * from devices
    union all
    select
        date,
        account_id,
        time_zone,
        currency,
        campaign_id,
        'country' as breakdown,
        country,
        '(all)' as device,
        impressions,
        clicks,
        cast(null as bigint) as engagements,
        cast(null as bigint) as video_views,
        cast(null as bigint) as video_starts,
        cast(null as bigint) as video_completions,
        cost_amount,
        cast(null as double) as platform_orders,
        cast(null as decimal(18, 6)) as platform_value_amount
    from of_country
),

final as (
    select
        date,
        'google_ads' as platform,
        account_id,
        time_zone,
        currency,
        campaign_id,
        breakdown,
        country,
        device,
        '(all)' as age,
        '(all)' as gender,
        cast(impressions as bigint) as impressions,
        cast(clicks as bigint) as clicks,
        cast(clicks as bigint) as clicks_all,
        cast(engagements as bigint) as engagements,
        cast(video_views as bigint) as video_views,
        cast(video_starts as bigint) as video_starts,
        cast(video_completions as bigint) as video_completions,
        cast(cost_amount as decimal(18, 6)) as spend_amount,
        platform_orders,
        cast(platform_value_amount as decimal(18, 6)) as platform_value_amount
    from breakdowns
)

select * from final
