select
    date,
    platform,
    account_id,
    time_zone,
    views,
    reach,
    follows,
    unfollows,
    followers
from {{ source('raw_files', 'social_account_days') }}
