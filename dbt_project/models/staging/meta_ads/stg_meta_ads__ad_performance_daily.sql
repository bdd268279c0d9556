-- A sale comes under several names: omni_purchase, else purchase, never their sum.
with campaigns as (
    select * from {{ source('raw_meta_ads', 'campaigns_daily') }}
),

final as (
    select
        date,
        'meta_ads' as platform,
        account_id,
        time_zone,
        currency,
        campaign_id,
        campaign_name,
        objective as campaign_type,
        impressions,
        inline_link_clicks as clicks,
        clicks as clicks_all,
        inline_post_engagement as engagements,
        video_plays as video_views,
        video_plays as video_starts,
        video_completions,
        spend_amount,
        coalesce(omni_purchases, purchases, 0) as platform_orders,
        coalesce(omni_purchase_value_amount, purchase_value_amount, 0) as platform_value_amount
    from campaigns
)

select * from final
