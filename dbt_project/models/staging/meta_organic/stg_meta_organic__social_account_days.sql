with page_days as (
    select * from {{ source('raw_meta_organic', 'page_days') }}
),

instagram_days as (
    select * from {{ source('raw_meta_organic', 'instagram_days') }}
),

snapshots as (
    select * from {{ source('raw_meta_organic', 'follower_snapshots') }}
),

-- A snapshot may fall on a day without any other figure, and must not be lost with it.
instagram as (
    select
        coalesce(instagram_days.date, snapshots.date) as date,
        coalesce(instagram_days.ig_user_id, snapshots.ig_user_id) as account_id,
        instagram_days.views,
        instagram_days.reach,
        instagram_days.new_followers,
        snapshots.followers
    from instagram_days
    full outer join snapshots
        on snapshots.date = instagram_days.date and snapshots.ig_user_id = instagram_days.ig_user_id
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
        date,
        'instagram' as platform,
        account_id,
        'America/Los_Angeles' as time_zone,
        views,
        reach,
        new_followers as follows,
        cast(null as bigint) as unfollows,
        followers
    from instagram
)

select * from final
