select
    platform,
    account_id,
    post_id,
    post_type,
    {{ ts_utc('published_at') }} as published_at,
    likes,
    comments,
    shares,
    saves,
    views,
    reach
from {{ source('raw_meta_organic', 'posts') }}
