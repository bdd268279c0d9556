-- The values of a goal's KPI and segment by period of its grain, over all history: numerators and denominators of its
-- cells are added before they are divided, so a parent is never a mean of its children.
with goal_cells as (
    select * from {{ ref('kpi_goal_cells') }}
    where kpi_no is not null and cell_no is not null
),

cells as (
    select * from {{ ref('kpi_cells') }}
),

keys as (
    select * from {{ ref('kpi_keys') }}
),

periods as (
    select * from {{ ref('int_periods') }}
),

summed as (
    select
        goal_cells.goal_id,
        cells.period_no,
        bool_and(keys.is_ratio) as is_ratio,
        sum(cells.numerator) as numerator,
        sum(cells.denominator) as denominator,
        sum(cells.n) as n,
        max(keys.min_n) as min_n,
        bool_or(cells.is_missing) as is_missing,
        min(cells.settled_share) as settled_share
    from cells
    inner join goal_cells
        on goal_cells.kpi_no = cells.kpi_no
        and goal_cells.cell_no = cells.cell_no
    inner join keys on keys.kpi_no = cells.kpi_no
    inner join periods
        on periods.period_no = cells.period_no
        and periods.period_grain = goal_cells.period_grain
    group by goal_cells.goal_id, cells.period_no
),

final as (
    select
        summed.goal_id,
        summed.period_no,
        periods.period_start,
        periods.period_end,
        periods.last_day,
        periods.days,
        periods.days_so_far,
        periods.is_open_period,
        periods.is_whole,
        summed.numerator,
        summed.denominator,
        case
            when summed.is_missing then null
            when summed.is_ratio then {{ ratio('summed.numerator', 'summed.denominator') }}
            else summed.numerator
        end as value,
        summed.is_missing,
        summed.settled_share < 1 as is_provisional,
        summed.is_ratio and coalesce(summed.n, 0) < summed.min_n as is_unreliable
    from summed
    inner join periods on periods.period_no = summed.period_no
)

select * from final
