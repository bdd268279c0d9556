select
    date,
    time_zone,
    platform,
    account_id,
    post_id,
    {{ ts_utc('published_at') }} as published_at,
    likes,
    comments,
    shares,
    saves
from {{ source('raw_files', 'social_post_snapshots') }}
