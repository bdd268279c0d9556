-- Paid media by campaign day and one breakdown at a time (country, device, age and gender). Never add two breakdowns.
with ads as (
    select * from {{ ref('int_ad_breakdowns_daily__unioned') }}
),

campaigns as (
    select * from {{ ref('int_campaigns') }}
),

rates as (
    select * from {{ ref('int_fx_daily') }}
),

final as (
    select
        ads.date,
        ads.platform,
        ads.account_id,
        ads.time_zone,
        ads.campaign_id,
        coalesce(campaigns.campaign, 'unknown') as campaign,
        coalesce(campaigns.channel, 'unknown') as channel,
        ads.breakdown,
        {{ known('ads.country') }} as country,
        {{ known('ads.device') }} as device,
        {{ known('ads.age') }} as age,
        {{ known('ads.gender') }} as gender,
        ads.impressions,
        ads.clicks,
        ads.clicks_all,
        ads.engagements,
        ads.video_views,
        ads.video_starts,
        ads.video_completions,
        ads.currency,
        ads.spend_amount,
        ads.platform_orders,
        ads.platform_value_amount,
        {{ converted('ads.spend_amount', 'rates.rate') }} as spend_reporting,
        {{ converted('ads.platform_value_amount', 'rates.rate') }} as platform_value_reporting,
        {{ conversion_gap('rates.rate') }} as conversion_gap
    from ads
    left join campaigns
        on campaigns.platform = ads.platform
        and campaigns.account_id = ads.account_id
        and campaigns.campaign_id = ads.campaign_id
    left join rates
        on rates.currency = ads.currency
        and rates.date = ads.date
)

select * from final
