select
    platform,
    account_id,
    post_id,
    post_type,
    published_at,
    likes,
    comments,
    shares,
    saves,
    views,
    reach
from {{ source('raw_files', 'social_posts') }}
