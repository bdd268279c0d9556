-- Follower stocks: the last day of the period so far, added over accounts, never over days. A day without a snapshot takes
-- the last one of the week before it. Beside them the engagements of the same accounts, so that a rate has both or neither.
with days as (
    select * from {{ ref('int_social_account_days__compared') }}
    where followers is not null
),

legal as (
    select * from {{ ref('measure_legal') }}
    where fact = 'followers'
),

segment_sets as (
    select * from {{ ref('segment_sets') }}
),

periods as (
    select * from {{ ref('int_periods') }}
),

period_days as (
    select * from {{ ref('int_period_days') }}
),

posts as (
    select * from {{ ref('fct_social_posts') }}
),

stocks as (
    select
        periods.period_grain,
        periods.period_start,
        days.platform,
        days.account_id,
        max_by(days.followers, days.date) as followers
    from days
    inner join periods on days.date between {{ plus_days('periods.last_day', -6) }} and periods.last_day
    group by periods.period_grain, periods.period_start, days.platform, days.account_id
),

engaged as (
    select
        period_days.period_grain,
        period_days.period_start,
        posts.platform,
        posts.account_id,
        sum(posts.engagements) as engagements
    from posts
    inner join period_days on period_days.date = posts.publish_date
    group by period_days.period_grain, period_days.period_start, posts.platform, posts.account_id
),

measured as (
    select period_grain, period_start, platform, 'followers' as measure_id, followers as value
    from stocks
    union all
    select
        stocks.period_grain,
        stocks.period_start,
        stocks.platform,
        'followed_engagements',
        engaged.engagements
    from stocks
    inner join engaged
        on engaged.period_grain = stocks.period_grain
        and engaged.period_start = stocks.period_start
        and engaged.platform = stocks.platform
        and engaged.account_id = stocks.account_id
),

final as (
    select
        measured.period_grain,
        measured.period_start,
        legal.segment_set,
        case when segment_sets.by_platform = 1 then measured.platform else '(all)' end as platform,
        '(all)' as channel,
        '(all)' as source_medium,
        '(all)' as campaign,
        '(all)' as country,
        '(all)' as device,
        '(all)' as landing_page,
        '(all)' as customer_type,
        legal.basis as attribution_basis,
        legal.date_basis,
        legal.measure_id,
        cast(sum(measured.value) as decimal(38, 12)) as value
    from measured
    inner join legal
        on legal.measure_id = measured.measure_id
        and legal.period_grain = measured.period_grain
    inner join segment_sets on segment_sets.segment_set = legal.segment_set
    group by all
)

select * from final
