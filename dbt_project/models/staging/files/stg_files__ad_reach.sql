select
    period_grain,
    period_start,
    platform,
    account_id,
    time_zone,
    currency,
    level,
    campaign_id,
    ad_set_id,
    reach,
    impressions
from {{ source('raw_files', 'ad_reach') }}
