-- Organic social: account days, and posts on their publish day.
with days as (
    select * from {{ ref('int_social_account_days__compared') }}
),

posts as (
    select * from {{ ref('fct_social_posts') }}
),

final as (
    select
        date, platform, 'none' as attribution_basis,
        views as organic_views, followers_gained,
        null as social_engagements, null as post_views, null as reached_engagements, null as post_reach, null as shares
    from days
    union all
    select
        publish_date, platform, 'none',
        null, null,
        engagements, coalesce(views, 0),
        -- Reach is added over posts only to be divided by them: its sum is no number of people.
        case when reach is not null then engagements end, reach, shares
    from posts
)

select * from final
