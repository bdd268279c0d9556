-- Follower stocks: the last day of the period so far, added over accounts, never over days.
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

publish_policy as (
    select * from {{ ref('publish_policy') }}
),

final as (
    select
        periods.period_grain,
        periods.period_start,
        legal.segment_set,
        case when segment_sets.by_platform = 1 then days.platform else '(all)' end as platform,
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
        cast(sum(days.followers) as decimal(38, 12)) as value
    from days
    inner join periods on periods.last_day = days.date
    inner join legal on legal.period_grain = periods.period_grain
    inner join segment_sets on segment_sets.segment_set = legal.segment_set
    inner join publish_policy
        on publish_policy.period_grain = periods.period_grain
        and publish_policy.segment_set = legal.segment_set
        and periods.days_ago < publish_policy.load_days
    group by all
)

select * from final
