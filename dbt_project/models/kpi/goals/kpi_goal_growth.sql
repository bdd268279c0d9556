-- Whether a goal is usual: the growth that it needs among the growths of the same KPI over spans of the same length, all of
-- them before the goal began. A sum is compared with sums of as many periods, a stay with the values of single periods.
with lines as (
    select * from {{ ref('kpi_goal_lines') }}
    where target is not null
),

history as (
    select
        lines.goal_id,
        goal_periods.period_no,
        goal_periods.value,
        case when lines.kind = 'sum' then lines.span_periods else 1 end as width
    from {{ ref('kpi_goal_periods') }} as goal_periods
    inner join lines on lines.goal_id = goal_periods.goal_id
    where goal_periods.period_start < lines.start_date
        and not goal_periods.is_open_period
        and goal_periods.is_whole
        and goal_periods.value is not null
),

spans as (
    select
        history.goal_id,
        history.period_no,
        sum(inside.value) as value
    from history
    inner join history as inside
        on inside.goal_id = history.goal_id
        and inside.period_no between history.period_no - history.width + 1 and history.period_no
    group by history.goal_id, history.period_no, history.width
    having count(*) = history.width
),

growths as (
    select
        lines.goal_id,
        lines.is_upward,
        {{ growth('spans.value', 'earlier.value', 'lines.unit') }} as growth,
        {{ growth('lines.target', 'lines.baseline', 'lines.unit') }} as needed_growth
    from lines
    inner join spans on spans.goal_id = lines.goal_id
    inner join spans as earlier
        on earlier.goal_id = spans.goal_id
        and earlier.period_no = spans.period_no - lines.periods_to_deadline
    where lines.kind <> 'stay'
    union all
    select
        lines.goal_id,
        lines.is_upward,
        history.value,
        lines.target
    from lines
    inner join history on history.goal_id = lines.goal_id
    where lines.kind = 'stay'
),

counted as (
    select
        goal_id,
        max(needed_growth) as needed_growth,
        count(growth) as past_spans,
        count(case when case when is_upward then growth >= needed_growth else growth <= needed_growth end then 1 end)
            as as_good_spans
    from growths
    group by goal_id
),

final as (
    select
        lines.goal_id,
        counted.needed_growth,
        coalesce(counted.past_spans, 0) as past_spans,
        case
            when counted.needed_growth is not null then 1 - {{ ratio('counted.as_good_spans', 'counted.past_spans') }}
        end as growth_percentile,
        case
            when coalesce(counted.past_spans, 0) < 4 or counted.needed_growth is null then 'unknown'
            when counted.as_good_spans = 0 then 'unseen'
            when 4 * counted.as_good_spans < counted.past_spans then 'stretch'
            else 'usual'
        end as verdict
    from lines
    left join counted on counted.goal_id = lines.goal_id
)

select * from final
