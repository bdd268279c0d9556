select
    date,
    time_zone,
    property_id,
    channel_group,
    landing_page,
    key_action,
    sessions,
    engaged_sessions,
    has_other_row,
    is_thresholded,
    is_sampled
from {{ source('raw_files', 'web_landing_pages_daily') }}
