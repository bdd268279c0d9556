-- Follower stocks: the last day of the period so far, added over accounts, never over days. A day without a snapshot takes
-- the last one of the week before it.
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

final as (
    select
        stocks.period_grain,
        stocks.period_start,
        legal.segment_set,
        case when segment_sets.by_platform = 1 then stocks.platform else '(all)' end as platform,
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
        cast(sum(stocks.followers) as decimal(38, 12)) as value
    from stocks
    inner join legal on legal.period_grain = stocks.period_grain
    inner join segment_sets on segment_sets.segment_set = legal.segment_set
    group by all
)

select * from final
