-- Organic account days (the platform's zone) with the follower stock and its change since the day before.
with days as (
    select * from {{ ref('int_social_account_days__unioned') }}
),

compared as (
    select
        days.*,
        lag(date) over accounts as date_before,
        lag(followers) over accounts as followers_before
    from days
    window accounts as (partition by platform, account_id order by date nulls last)
),

final as (
    select
        date,
        platform,
        account_id,
        time_zone,
        views,
        reach,
        follows,
        unfollows,
        followers,
        -- Null without a stock for the day before.
        case when {{ days_from('date_before', 'date') }} = 1 then followers - followers_before end as followers_gained
    from compared
)

select * from final
