select
    date,
    platform,
    account_id,
    time_zone,
    currency,
    campaign_id,
    campaign_name,
    campaign_type,
    impressions,
    clicks,
    clicks_all,
    engagements,
    video_views,
    spend_amount,
    platform_orders,
    platform_value_amount
from {{ source('raw_files', 'ad_performance_daily') }}
