-- What each goal is measured against: its span, baseline and target, the value at which it has failed, and which way is up.
-- A `sum` runs to its target over the whole span, a `level` moves from the baseline to it, a `stay` keeps to it.
with goals as (
    select * from {{ source('raw_config', 'goals') }}
),

goal_cells as (
    select goal_id, max(kpi_no) as kpi_no
    from {{ ref('kpi_goal_cells') }}
    group by goal_id
),

keys as (
    select * from {{ ref('kpi_keys') }}
),

definitions as (
    select * from {{ ref('kpi_definitions') }}
),

terms as (
    select * from {{ ref('kpi_terms') }}
    where part in ('num', 'den')
),

measures as (
    select * from {{ ref('measures') }}
),

goal_periods as (
    select * from {{ ref('kpi_goal_periods') }}
),

clock as (
    select * from {{ ref('int_clock') }}
),

-- Distinct people and stocks do not add up over periods.
additive as (
    select terms.kpi_id, terms.kpi_version, bool_and(measures.additivity = 'A') as adds_up_over_time
    from terms
    inner join measures on measures.measure_id = terms.measure_id
    group by terms.kpi_id, terms.kpi_version
),

described as (
    select
        goals.goal_id,
        goals.period_grain,
        goals.is_active,
        goals.mode,
        goals.change_type,
        goals.target_value,
        goals.failure_threshold,
        goals.start_date,
        goals.deadline,
        goals.baseline_start,
        coalesce(
            goals.baseline_end,
            {{ plus_days(period_after('goals.period_grain', 'goals.baseline_start', 1), -1) }}
        ) as baseline_end,
        goals.baseline_value,
        goal_cells.kpi_no,
        keys.unit,
        keys.interval_kind,
        definitions.additivity,
        definitions.direction,
        coalesce(additive.adds_up_over_time, true) as adds_up_over_time,
        case
            when goals.mode <> 'reach' then 'stay'
            when definitions.additivity = 'A' then 'sum'
            else 'level'
        end as kind,
        {{ periods_between('goals.period_grain', 'goals.start_date', 'goals.deadline') }} as span_periods,
        {{ days_from('goals.start_date', 'goals.deadline') }} + 1 as span_days
    from goals
    inner join goal_cells on goal_cells.goal_id = goals.goal_id
    inner join keys on keys.kpi_no = goal_cells.kpi_no
    inner join definitions
        on definitions.kpi_id = keys.kpi_id
        and definitions.kpi_version = keys.kpi_version
    left join additive
        on additive.kpi_id = keys.kpi_id
        and additive.kpi_version = keys.kpi_version
),

ranged as (
    select
        described.*,
        coalesce(
            described.baseline_start,
            {{ period_after('described.period_grain', 'described.start_date',
                            "case when described.kind = 'sum' then -described.span_periods else -1 end") }}
        ) as baseline_from,
        case
            when described.baseline_start is null then {{ plus_days('described.start_date', -1) }}
            else described.baseline_end
        end as baseline_to
    from described
),

measured as (
    select
        ranged.goal_id,
        count(goal_periods.period_no) as found_periods,
        sum(goal_periods.value) as total,
        sum(goal_periods.numerator) as numerator,
        sum(goal_periods.denominator) as denominator,
        max(case when goal_periods.period_end = ranged.baseline_to then goal_periods.value end) as last_value,
        coalesce(bool_or(goal_periods.is_missing), false) as is_missing
    from ranged
    left join goal_periods
        on goal_periods.goal_id = ranged.goal_id
        and goal_periods.period_start between ranged.baseline_from and ranged.baseline_to
    group by ranged.goal_id
),

series as (
    select goal_id, min(period_start) as first_start
    from goal_periods
    group by goal_id
),

counted as (
    select
        ranged.*,
        measured.total,
        measured.numerator,
        measured.denominator,
        measured.last_value,
        {{ periods_between('ranged.period_grain', 'ranged.baseline_from', 'ranged.baseline_to') }} as baseline_periods,
        not measured.is_missing
        and series.first_start <= ranged.baseline_from
        and coalesce(ranged.baseline_from >= clock.history_start, true)
        and ranged.baseline_to <= clock.data_until as is_baseline_known
    from ranged
    inner join measured on measured.goal_id = ranged.goal_id
    left join series on series.goal_id = ranged.goal_id
    cross join clock
),

-- The baseline as it stands in its own periods.
read as (
    select
        counted.*,
        case
            when baseline_value is not null then baseline_value
            when not coalesce(is_baseline_known, false) then null
            when additivity = 'A' then total
            when additivity = 'R' and adds_up_over_time then {{ ratio('numerator', 'denominator') }}
            when additivity = 'S' or baseline_periods = 1 then last_value
        end as baseline_read,
        baseline_value is null or baseline_start is not null as has_baseline_periods
    from counted
),

scaled as (
    select
        read.*,
        case
            when additivity <> 'A' or not has_baseline_periods then baseline_read
            when kind = 'sum' then baseline_read * {{ ratio('span_periods', 'baseline_periods') }}
            else {{ ratio('baseline_read', 'baseline_periods') }}
        end as baseline
    from read
),

aimed as (
    select
        scaled.*,
        case change_type
            when 'absolute' then target_value
            when 'percent' then baseline * (1 + {{ ratio('target_value', 100) }})
            else case unit
                when 'ratio' then baseline + {{ ratio('target_value', 100) }}
                when 'index' then baseline + target_value
            end
        end as target
    from scaled
),

directed as (
    select
        aimed.*,
        case
            when kind = 'stay' then mode = 'stay_above'
            when kind = 'level' and baseline is not null and target <> baseline then target > baseline
            else direction <> 'lower_better'
        end as is_upward
    from aimed
),

final as (
    select
        goal_id,
        kpi_no,
        period_grain,
        is_active,
        kind,
        unit,
        direction,
        additivity,
        interval_kind = 'wilson' as is_proportion,
        is_upward,
        start_date,
        deadline,
        span_periods,
        span_days,
        baseline_from,
        baseline_to,
        {{ periods_between('period_grain', plus_days('baseline_to', 1), 'deadline') }} as periods_to_deadline,
        baseline,
        target,
        coalesce(
            failure_threshold,
            case when is_upward then target - abs(target) * 0.1e0 else target + abs(target) * 0.1e0 end
        ) as failure
    from directed
)

select * from final
