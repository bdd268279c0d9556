-- Ad campaigns as last seen: one row per platform, account and campaign.
with ads as (
    select * from {{ ref('int_ad_performance_daily__unioned') }}
),

channels as (
    select * from {{ ref('int_channels__by_text') }}
    where match_kind = 'campaign_type'
),

campaigns as (
    select
        platform,
        account_id,
        campaign_id,
        {{ campaign_label('max_by(campaign_name, date)') }} as campaign,
        max_by(campaign_type, date) as campaign_type,
        min(date) as first_date,
        max(date) as last_date
    from ads
    group by platform, account_id, campaign_id
),

final as (
    select
        campaigns.platform,
        campaigns.account_id,
        campaigns.campaign_id,
        campaigns.campaign,
        campaigns.campaign_type,
        coalesce(channels.channel, 'unknown') as channel,
        campaigns.first_date,
        campaigns.last_date
    from campaigns
    left join channels on channels.matched_text = lower(campaigns.platform || ' / ' || campaigns.campaign_type)
)

select * from final
