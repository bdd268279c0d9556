-- Paid media by campaign day, in the reporting currency. Claims are the platforms' own, by click day.
with ads as (
    select * from {{ ref('fct_ad_performance_daily') }}
),

final as (
    select
        date,
        platform,
        channel,
        campaign,
        'none' as attribution_basis,
        impressions,
        clicks,
        clicks_all,
        video_views,
        video_starts,
        video_completions,
        spend_reporting as spend,
        cast(platform_orders as decimal(18, 6)) as claimed_orders,
        platform_value_reporting as claimed_value
    from ads
)

select * from final
