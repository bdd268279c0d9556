select
    date,
    time_zone,
    platform,
    property_id,
    search_type,
    country,
    device,
    impressions,
    clicks,
    average_position
from {{ source('raw_files', 'search_performance_daily') }}
