-- Paid media by campaign day (the account's zone): the base of all spend.
with ads as (
    select * from {{ ref('int_ad_performance_daily__unioned') }}
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
        campaigns.campaign,
        campaigns.campaign_type,
        campaigns.channel,
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
