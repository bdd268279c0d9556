-- Given measures at their own grain and at the coarser ones that they lie in, where those are not given themselves: days
-- in weeks, months and quarters, months in quarters; a week lies in no month. People are never added up.
with clock as (
    select * from {{ ref('int_clock') }}
),

given as (
    select * from {{ ref('given_measures') }}
),

measures as (
    select distinct measure_id, time_rule from {{ ref('measures') }}
    where time_rule in ('sum', 'avg', 'last')
),

periods as (
    select * from {{ ref('int_periods') }}
),

coarse_grains as (
    select 'week' as period_grain
    union all
    select 'month'
    union all
    select 'quarter'
),

contained as (
    select
        coarse_grains.period_grain,
        case coarse_grains.period_grain
            when 'week' then {{ week_start('given.period_start') }}
            when 'month' then {{ month_start('given.period_start') }}
            else {{ fiscal_quarter_start('given.period_start', 'clock.fiscal_year_start_month') }}
        end as period_start,
        given.period_grain as part_grain,
        given.period_start as part_start,
        given.measure_id,
        given.platform,
        given.channel,
        given.country,
        given.is_by_hand,
        given.value,
        measures.time_rule
    from given
    inner join measures on measures.measure_id = given.measure_id
    cross join coarse_grains
    cross join clock
    where given.period_grain = 'day'
        or (given.period_grain = 'month' and coarse_grains.period_grain = 'quarter')
),

months_given as (
    select period_start, measure_id, is_by_hand, count(distinct part_start) as months
    from contained
    where part_grain = 'month'
    group by period_start, measure_id, is_by_hand
),

rolled_up as (
    select
        period_grain,
        period_start,
        part_grain,
        measure_id,
        platform,
        channel,
        country,
        is_by_hand,
        max(time_rule) = 'last' and max(part_start) = {{ plus_months('period_start', 2) }} as has_last_month,
        case max(time_rule)
            when 'avg' then cast(avg(value) as decimal(38, 12))
            when 'last' then max_by(value, part_start)
            else cast(sum(value) as decimal(38, 12))
        end as value
    from contained
    group by period_grain, period_start, part_grain, measure_id, platform, channel, country, is_by_hand
),

final as (
    select period_grain, period_start, measure_id, platform, channel, country, is_by_hand, value, true as is_whole
    from given
    union all
    select
        rolled_up.period_grain,
        rolled_up.period_start,
        rolled_up.measure_id,
        rolled_up.platform,
        rolled_up.channel,
        rolled_up.country,
        rolled_up.is_by_hand,
        rolled_up.value,
        -- A quarter of months is whole when all three were given (of a stock the last one), or while it runs; days have gaps
        -- in their own right.
        rolled_up.part_grain = 'day' or periods.is_open_period or rolled_up.has_last_month or months_given.months = 3
    from rolled_up
    inner join periods
        on periods.period_grain = rolled_up.period_grain
        and periods.period_start = rolled_up.period_start
    left join months_given
        on months_given.period_start = rolled_up.period_start
        and months_given.measure_id = rolled_up.measure_id
        and months_given.is_by_hand = rolled_up.is_by_hand
    left join given as given_itself
        on given_itself.period_grain = rolled_up.period_grain
        and given_itself.period_start = rolled_up.period_start
        and given_itself.measure_id = rolled_up.measure_id
        and given_itself.is_by_hand = rolled_up.is_by_hand
    where given_itself.measure_id is null
)

select * from final
