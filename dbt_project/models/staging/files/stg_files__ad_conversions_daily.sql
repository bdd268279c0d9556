select
    date,
    platform,
    account_id,
    time_zone,
    currency,
    campaign_id,
    platform_action,
    conversions,
    value_amount
from {{ source('raw_files', 'ad_conversions_daily') }}
