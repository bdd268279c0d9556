-- The bridge from days to periods: one row per complete day and grain.
with clock as (
    select * from {{ ref('int_clock') }}
),

dates as (
    select dates.*
    from {{ ref('int_dates') }} as dates
    cross join clock
    where dates.date <= clock.data_until
),

bridge as (
    select date, 'day' as period_grain, date as period_start from dates
    union all
    select date, 'week', week_start from dates
    union all
    select date, 'month', month_start from dates
    union all
    select date, 'quarter', quarter_start from dates
),

final as (
    select
        bridge.date,
        bridge.period_grain,
        bridge.period_start,
        {{ days_from('bridge.period_start', 'clock.data_until') }} as days_ago
    from bridge
    cross join clock
)

select * from final
