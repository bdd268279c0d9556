-- Days with their periods, from 20 years before the run to the end of its year, and with what they are compared with.

with dates as (
    select * from {{ ref('int_dates') }}
),

years_ago as (
    select * from {{ ref('int_periods__year_ago') }}
),

holidays as (
    select date, {{ joined_texts('holiday', ' ') }} as holidays
    from {{ source('raw_config', 'holidays') }}
    group by date
),

final as (
    select
        dates.date,
        dates.week_start,
        dates.month_start,
        dates.quarter_start,
        dates.year,
        dates.quarter,
        dates.month,
        dates.iso_year,
        dates.iso_week,
        dates.day_of_week,
        dates.is_weekend,
        dates.fiscal_year,
        dates.fiscal_quarter,
        holidays.holidays,
        days.previous_year_start as previous_year_date,
        weeks.previous_year_start as previous_year_week_start
    from dates
    left join holidays on holidays.date = dates.date
    left join years_ago as days
        on days.period_start = dates.date
        and days.period_grain = 'day'
    left join years_ago as weeks
        on weeks.period_start = dates.week_start
        and weeks.period_grain = 'week'
)

select * from final
