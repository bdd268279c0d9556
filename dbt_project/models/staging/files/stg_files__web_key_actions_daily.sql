select
    date,
    time_zone,
    property_id,
    channel_group,
    source_name,
    medium,
    campaign,
    country,
    device,
    key_action,
    sessions
from {{ source('raw_files', 'web_key_actions_daily') }}
