select
    date,
    'America/Los_Angeles' as time_zone,
    platform,
    account_id,
    post_id,
    {{ ts_utc('published_at') }} as published_at,
    likes,
    comments,
    shares,
    saves
from {{ source('raw_meta_organic', 'post_snapshots') }}
