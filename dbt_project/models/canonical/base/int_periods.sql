-- One row per period up to the open one, with the periods to compare it with; and the windows of the period to date.
with clock as (
    select * from {{ ref('int_clock') }}
),

dates as (
    select * from {{ ref('int_dates') }}
),

years_ago as (
    select * from {{ ref('int_periods__year_ago') }}
),

-- Each period is found on its first day.
starts as (
    select 'day' as period_grain, date as period_start, date as period_end from dates
    union all
    select 'week', date, {{ plus_days('date', 6) }} from dates
    where date = week_start
    union all
    select 'month', date, {{ plus_days(plus_months('date', 1), -1) }} from dates
    where date = month_start
    union all
    select 'quarter', date, {{ plus_days(plus_months('date', 3), -1) }} from dates
    where date = quarter_start
),

whole as (
    select
        starts.period_grain,
        starts.period_start,
        starts.period_end,
        clock.data_until,
        coalesce(starts.period_start >= clock.history_start, true) as is_whole,
        case starts.period_grain
            when 'day' then {{ plus_days('starts.period_start', -1) }}
            when 'week' then {{ plus_days('starts.period_start', -7) }}
            when 'month' then {{ plus_months('starts.period_start', -1) }}
            else {{ plus_months('starts.period_start', -3) }}
        end as previous_start,
        case
            when starts.period_grain in ('day', 'week') then years_ago.previous_year_start
            else {{ plus_months('starts.period_start', -12) }}
        end as previous_year_start,
        false as is_compared_only
    from starts
    cross join clock
    left join years_ago
        on years_ago.period_grain = starts.period_grain
        and years_ago.period_start = starts.period_start
    where starts.period_start <= clock.data_until
),

running as (
    select * from whole
    where period_grain <> 'day'
        and period_end >= data_until
),

-- The days so far, and as many of the periods to compare with: at most all of them, never a day of the next.
windows as (
    {%- for start in ['period_start', 'previous_start', 'previous_year_start'] %}
    select
        running.period_grain || '_to_date' as period_grain,
        whole.period_start,
        least(
            whole.period_end,
            {{ plus_days('whole.period_start', days_from('running.period_start', 'running.data_until')) }}
        ) as period_end,
        whole.data_until,
        whole.is_whole,
        {% if loop.first %}running.previous_start{% else %}cast(null as date){% endif %} as previous_start,
        {% if loop.first %}running.previous_year_start{% else %}cast(null as date){% endif %} as previous_year_start,
        {{ 'false' if loop.first else 'true' }} as is_compared_only
    from running
    inner join whole
        on whole.period_grain = running.period_grain
        and whole.period_start = running.{{ start }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

periods as (
    select * from whole
    union all
    select * from windows
),

final as (
    select
        cast(row_number() over (order by period_grain nulls last, period_start nulls last) as integer) as period_no,
        period_grain,
        period_start,
        period_end,
        {{ days_from('period_start', 'period_end') }} + 1 as days,
        {{ days_from('period_start', 'least(period_end, data_until)') }} + 1 as days_so_far,
        {{ days_from('period_start', 'data_until') }} as days_ago,
        least(period_end, data_until) as last_day,
        data_until,
        period_end > data_until as is_open_period,
        is_whole,
        previous_start,
        previous_year_start,
        is_compared_only
    from periods
)

select * from final
