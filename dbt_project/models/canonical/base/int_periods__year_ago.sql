-- What a day and an ISO week are compared with a year before: the day 364 days before, the week of that number. A day or
-- week that holds a moving holiday has that holiday's of the year before instead; the one whose place that takes has in
-- turn what the holiday's left free, so that nothing is compared twice and no holiday with a day like any other.
with dates as (
    select * from {{ ref('int_dates') }}
),

holidays as (
    select * from {{ source('raw_config', 'holidays') }}
),

-- Week 53 has no week to compare with in most years.
same_place as (
    select
        'day' as period_grain,
        date as period_start,
        year as period_year,
        {{ plus_days('date', -364) }} as place
    from dates
    union all
    select
        'week',
        weeks.date,
        weeks.iso_year,
        earlier.date
    from dates as weeks
    left join dates as earlier
        on earlier.iso_year = weeks.iso_year - 1
        and earlier.iso_week = weeks.iso_week
        and earlier.date = earlier.week_start
    where weeks.date = weeks.week_start
),

-- A holiday comes about once a year: the configuration holds no two of one nearer than 300 days.
occurrences as (
    select
        this.holiday,
        this.position,
        this.date,
        earlier.date as earlier_date
    from holidays as this
    inner join holidays as earlier
        on earlier.holiday = this.holiday
        and earlier.date between {{ plus_days('this.date', -430) }} and {{ plus_days('this.date', -300) }}
),

held as (
    select 'day' as period_grain, date as period_start, earlier_date as held_before, position, holiday from occurrences
    union all
    select 'week', {{ week_start('date') }}, {{ week_start('earlier_date') }}, position, holiday from occurrences
),

numbered as (
    select
        *,
        row_number() over (
            partition by period_grain, period_start order by position nulls last, holiday nulls last
        ) as holiday_rank
    from held
),

-- Of two holidays in one week the first of the file counts.
festive as (
    select
        numbered.period_grain,
        numbered.period_start,
        numbered.held_before,
        same_place.period_year,
        same_place.place
    from numbered
    inner join same_place
        on same_place.period_grain = numbered.period_grain
        and same_place.period_start = numbered.period_start
    where numbered.holiday_rank = 1
),

taken as (
    select distinct period_grain, held_before from festive
),

displaced as (
    select
        same_place.period_grain,
        same_place.period_start,
        same_place.period_year,
        row_number() over (
            partition by same_place.period_grain, same_place.period_year order by same_place.period_start nulls last
        ) as turn
    from same_place
    inner join taken
        on taken.period_grain = same_place.period_grain
        and taken.held_before = same_place.place
    left join festive
        on festive.period_grain = same_place.period_grain
        and festive.period_start = same_place.period_start
    where festive.period_start is null
),

freed as (
    select
        festive.period_grain,
        festive.place,
        festive.period_year,
        row_number() over (
            partition by festive.period_grain, festive.period_year order by festive.place nulls last
        ) as turn
    from festive
    left join taken
        on taken.period_grain = festive.period_grain
        and taken.held_before = festive.place
    where taken.held_before is null
        and festive.place is not null
),

final as (
    select
        same_place.period_grain,
        same_place.period_start,
        case
            when festive.period_start is not null then festive.held_before
            when displaced.period_start is not null then freed.place
            else same_place.place
        end as previous_year_start
    from same_place
    left join festive
        on festive.period_grain = same_place.period_grain
        and festive.period_start = same_place.period_start
    left join displaced
        on displaced.period_grain = same_place.period_grain
        and displaced.period_start = same_place.period_start
    left join freed
        on freed.period_grain = displaced.period_grain
        and freed.period_year = displaced.period_year
        and freed.turn = displaced.turn
)

select * from final
