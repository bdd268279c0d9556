-- Instagram's stock of followers is known on the days it was counted, its new followers on the days they were told.
with page_days as (
    select * from {{ source('raw_meta_organic', 'page_days') }}
),

instagram_days as (
    select * from {{ source('raw_meta_organic', 'instagram_days') }}
),

new_followers as (
    select * from {{ source('raw_meta_organic', 'instagram_new_followers') }}
),

snapshots as (
    select * from {{ source('raw_meta_organic', 'follower_snapshots') }}
),

-- A snapshot may fall on a day without any other figure, and must not be lost with it.
instagram_keys as (
    select date, ig_user_id from instagram_days
    union
    select date, ig_user_id from new_followers
    union
    select date, ig_user_id from snapshots
),

final as (
    select
        date,
        'facebook' as platform,
        page_id as account_id,
        'America/Los_Angeles' as time_zone,
        media_views as views,
        media_viewers as reach,
        follows,
        unfollows,
        followers
    from page_days
    union all
    select
        instagram_keys.date,
        'instagram' as platform,
        instagram_keys.ig_user_id as account_id,
        'America/Los_Angeles' as time_zone,
        instagram_days.views,
        instagram_days.reach,
        new_followers.new_followers as follows,
        cast(null as bigint) as unfollows,
        snapshots.followers
    from instagram_keys
    left join instagram_days
        on instagram_days.date = instagram_keys.date and instagram_days.ig_user_id = instagram_keys.ig_user_id
    left join new_followers
        on new_followers.date = instagram_keys.date and new_followers.ig_user_id = instagram_keys.ig_user_id
    left join snapshots
        on snapshots.date = instagram_keys.date and snapshots.ig_user_id = instagram_keys.ig_user_id
)

select * from final
