select
    period_grain,
    period_start,
    property_id,
    time_zone,
    segment_set,
    channel_group,
    country,
    device,
    key_action,
    total_users,
    active_users,
    new_users,
    is_thresholded,
    is_sampled
from {{ source('raw_files', 'web_people') }}
