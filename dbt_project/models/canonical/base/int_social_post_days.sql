-- Engagements with posts by the day they happened: differences of the posts' counters from one counted day to the next (at
-- most a week apart, spread over the days between in equal parts). A post that was not there when its account was last
-- counted began with nothing. Nothing is known of the days before an account was first counted.
with snapshots as (
    select
        date,
        platform,
        account_id,
        post_id,
        min({{ local_day('published_at', 'time_zone') }}) as publish_date,
        max(time_zone) as time_zone,
        -- A day may be counted twice: counters rarely fall.
        max(coalesce(likes, 0) + coalesce(comments, 0) + coalesce(shares, 0) + coalesce(saves, 0)) as engagements
    from {{ ref('int_social_post_snapshots__unioned') }}
    group by date, platform, account_id, post_id
),

counted_days as (
    select distinct platform, account_id, date from snapshots
),

account_days as (
    select
        counted_days.*,
        lag(date) over (partition by platform, account_id order by date nulls last) as date_before
    from counted_days
),

compared as (
    select
        snapshots.*,
        lag(date) over posts as own_date_before,
        lag(engagements) over posts as own_engagements_before
    from snapshots
    window posts as (partition by platform, account_id, post_id order by date nulls last)
),

gained as (
    select
        compared.date,
        compared.platform,
        compared.account_id,
        compared.post_id,
        compared.time_zone,
        coalesce(
            compared.own_date_before,
            case when compared.publish_date >= account_days.date_before then account_days.date_before end
        ) as date_before,
        compared.engagements - coalesce(compared.own_engagements_before, 0) as engagements
    from compared
    inner join account_days
        on account_days.platform = compared.platform
        and account_days.account_id = compared.account_id
        and account_days.date = compared.date
),

final as (
    select
        {{ each_day(plus_days('date_before', 1), 'date') }} as date,
        platform,
        account_id,
        post_id,
        time_zone,
        cast({{ ratio('engagements', days_from('date_before', 'date')) }} as decimal(18, 6)) as engagements
    from gained
    where {{ days_from('date_before', 'date') }} <= 7
)

select * from final
