-- Organic posts on the company's publish day, with their lifetime counters as last seen.
with clock as (
    select * from {{ ref('int_clock') }}
),

posts as (
    select * from {{ ref('int_social_posts__unioned') }}
),

final as (
    select
        {{ local_day('posts.published_at', 'clock.time_zone') }} as publish_date,
        posts.published_at,
        posts.platform,
        posts.account_id,
        posts.post_id,
        {{ known('posts.post_type') }} as post_type,
        posts.likes,
        posts.comments,
        posts.shares,
        posts.saves,
        coalesce(posts.likes, 0) + coalesce(posts.comments, 0) + coalesce(posts.shares, 0) + coalesce(posts.saves, 0)
            as engagements,
        posts.views,
        posts.reach
    from posts
    cross join clock
    where posts.published_at <= clock.as_of
)

select * from final
