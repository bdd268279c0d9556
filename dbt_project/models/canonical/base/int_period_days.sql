-- The bridge from days to periods: one row per complete day and grain, and per day of a window of the period to date.
with clock as (
    select * from {{ ref('int_clock') }}
),

dates as (
    select dates.*
    from {{ ref('int_dates') }} as dates
    cross join clock
    where dates.date <= clock.data_until
),

windows as (
    select * from {{ ref('int_periods') }}
    where period_grain in ('week_to_date', 'month_to_date', 'quarter_to_date')
),

bridge as (
    select date, 'day' as period_grain, date as period_start from dates
    union all
    select date, 'week', week_start from dates
    union all
    select date, 'month', month_start from dates
    union all
    select date, 'quarter', quarter_start from dates
    union all
    select dates.date, windows.period_grain, windows.period_start
    from windows
    inner join dates on dates.date between windows.period_start and windows.period_end
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
