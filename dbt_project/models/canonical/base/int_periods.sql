-- One row per period up to the open one, with the periods to compare it with.
with clock as (
    select * from {{ ref('int_clock') }}
),

dates as (
    select * from {{ ref('int_dates') }}
),

-- Each period is found on its first day.
starts as (
    select
        'day' as period_grain,
        date as period_start,
        date as period_end,
        cast(null as integer) as iso_year,
        cast(null as integer) as iso_week
    from dates
    union all
    select 'week', date, {{ plus_days('date', 6) }}, iso_year, iso_week
    from dates
    where date = week_start
    union all
    select 'month', date, {{ plus_days(plus_months('date', 1), -1) }}, null, null
    from dates
    where date = month_start
    union all
    select 'quarter', date, {{ plus_days(plus_months('date', 3), -1) }}, null, null
    from dates
    where date = quarter_start
),

until_now as (
    select starts.*, clock.data_until
    from starts
    cross join clock
    where starts.period_start <= clock.data_until
),

-- Week 53 has no week to compare with in most years: null.
last_year_weeks as (
    select
        weeks.period_start,
        earlier.period_start as previous_year_start
    from until_now as weeks
    inner join until_now as earlier
        on earlier.period_grain = 'week'
        and earlier.iso_year = weeks.iso_year - 1
        and earlier.iso_week = weeks.iso_week
    where weeks.period_grain = 'week'
),

final as (
    select
        cast(
            row_number() over (order by periods.period_grain nulls last, periods.period_start nulls last) as integer
        ) as period_no,
        periods.period_grain,
        periods.period_start,
        periods.period_end,
        {{ days_from('periods.period_start', 'periods.period_end') }} + 1 as days,
        {{ days_from('periods.period_start', 'least(periods.period_end, periods.data_until)') }} + 1 as days_so_far,
        {{ days_from('periods.period_start', 'periods.data_until') }} as days_ago,
        least(periods.period_end, periods.data_until) as last_day,
        periods.data_until,
        periods.period_end > periods.data_until as is_open_period,
        case periods.period_grain
            when 'day' then {{ plus_days('periods.period_start', -1) }}
            when 'week' then {{ plus_days('periods.period_start', -7) }}
            when 'month' then {{ plus_months('periods.period_start', -1) }}
            else {{ plus_months('periods.period_start', -3) }}
        end as previous_start,
        case periods.period_grain
            when 'day' then {{ plus_days('periods.period_start', -364) }}
            when 'week' then last_year_weeks.previous_year_start
            else {{ plus_months('periods.period_start', -12) }}
        end as previous_year_start
    from until_now as periods
    left join last_year_weeks
        on last_year_weeks.period_start = periods.period_start
        and periods.period_grain = 'week'
)

select * from final
