-- What a day and an ISO week are compared with a year before: the day 364 days before, the week of that number.
with dates as (
    select * from {{ ref('int_dates') }}
),

-- Week 53 has no week to compare with in most years: no row.
final as (
    select
        'day' as period_grain,
        date as period_start,
        {{ plus_days('date', -364) }} as previous_year_start
    from dates
    union all
    select
        'week',
        weeks.date,
        earlier.date
    from dates as weeks
    inner join dates as earlier
        on earlier.iso_year = weeks.iso_year - 1
        and earlier.iso_week = weeks.iso_week
        and earlier.date = earlier.week_start
    where weeks.date = weeks.week_start
)

select * from final
