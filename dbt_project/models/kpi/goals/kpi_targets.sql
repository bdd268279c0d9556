-- The target and status of the published rows that a goal is about: one row per KPI, period and cell. A goal of several
-- cells has no row of its own; of two goals for one row the later one counts.
with goal_periods as (
    select * from {{ ref('kpi_goal_periods') }}
),

lines as (
    select * from {{ ref('kpi_goal_lines') }}
    where is_active
        and target is not null
),

goal_cells as (
    select * from {{ ref('kpi_goal_cells') }}
    where part_goal_id = goal_id
),

due as (
    select
        goal_cells.kpi_no,
        goal_periods.period_no,
        goal_cells.cell_no,
        lines.goal_id,
        lines.start_date,
        lines.kind,
        lines.is_upward,
        lines.target,
        lines.failure,
        goal_periods.value,
        goal_periods.is_open_period
        or goal_periods.is_provisional
        or goal_periods.is_unreliable
        or (lines.kind = 'level' and lines.baseline is null) as is_lenient,
        case
            when lines.kind = 'sum' then {{ ratio('goal_periods.days', 'lines.span_days') }}
            else {{ ratio(days_from('lines.start_date', 'goal_periods.period_end') ~ ' + 1', 'lines.span_days') }}
        end as share,
        case
            when lines.kind = 'sum' then {{ ratio('goal_periods.days_so_far', 'lines.span_days') }}
            else {{ ratio(days_from('lines.start_date', 'goal_periods.last_day') ~ ' + 1', 'lines.span_days') }}
        end as share_so_far,
        lines.baseline
    from goal_periods
    inner join lines
        on lines.goal_id = goal_periods.goal_id
        and goal_periods.period_start between lines.start_date and lines.deadline
    inner join goal_cells on goal_cells.goal_id = lines.goal_id
),

drawn as (
    select
        due.*,
        {{ pace_line('share') }} as target_value,
        {{ pace_line('share_so_far') }} as pace_value,
        {{ failure_line('share_so_far') }} as failure_value
    from due
),

numbered as (
    select
        drawn.*,
        row_number() over (
            partition by kpi_no, period_no, cell_no
            order by start_date desc nulls last, goal_id nulls last
        ) as goal_order
    from drawn
),

final as (
    select
        kpi_no,
        period_no,
        cell_no,
        goal_id,
        target_value,
        {{ goal_status('value', 'pace_value', 'failure_value', 'is_upward', 'is_lenient') }} as status
    from numbered
    where goal_order = 1
)

select * from final
