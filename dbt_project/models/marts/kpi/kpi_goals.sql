-- Every goal with where it stands: current value, the lines it is measured against, expected end, status and why.
with goals as (
    select * from {{ source('raw_config', 'goals') }}
),

lines as (
    select * from {{ ref('kpi_goal_lines') }}
),

goal_cells as (
    select
        goal_id,
        max(segment_set) as segment_set,
        max(kpi_no) as kpi_no
    from {{ ref('kpi_goal_cells') }}
    group by goal_id
),

goal_periods as (
    select * from {{ ref('kpi_goal_periods') }}
),

keys as (
    select * from {{ ref('kpi_keys') }}
),

catalog as (
    select * from {{ ref('kpi_catalog') }}
),

versions as (
    select kpi_id, max(kpi_version) as kpi_version
    from catalog
    group by kpi_id
),

clock as (
    select * from {{ ref('int_clock') }}
),

-- The span so far.
spanned as (
    select
        lines.goal_id,
        lines.kind,
        goal_periods.period_no,
        goal_periods.period_end,
        goal_periods.last_day,
        goal_periods.is_open_period,
        goal_periods.value,
        goal_periods.is_missing,
        goal_periods.is_provisional,
        goal_periods.is_unreliable,
        case when lines.is_upward then goal_periods.value >= lines.target else goal_periods.value <= lines.target end as holds,
        -- The last complete period of the span, the open one as long as there is none; not those in which nothing can be
        -- said yet (a cohort that is too young), but those that lack a source day.
        row_number() over (
            partition by lines.goal_id
            order by
                goal_periods.value is null and not goal_periods.is_missing nulls last,
                goal_periods.is_open_period nulls last,
                goal_periods.period_start desc nulls last
        ) as recency
    from lines
    inner join goal_periods
        on goal_periods.goal_id = lines.goal_id
        and goal_periods.period_start between lines.start_date and lines.deadline
),

current_values as (
    select
        goal_id,
        case
            when max(kind) = 'sum' then case when bool_or(is_missing) then null else sum(value) end
            else max(case when recency = 1 then value end)
        end as current_value,
        max(case when (kind = 'sum' or recency = 1) and (value is not null or is_missing) then last_day end) as current_until,
        bool_or(is_missing and (kind = 'sum' or recency = 1)) as is_missing,
        bool_or(is_provisional and (kind = 'sum' or recency = 1)) as is_provisional,
        bool_or(is_unreliable and kind <> 'sum' and recency = 1) as is_unreliable,
        bool_or(is_open_period and kind <> 'sum' and recency = 1) as is_open,
        count(case when kind = 'stay' and not is_open_period then value end) as judged_periods,
        count(case when kind = 'stay' and not is_open_period and holds then 1 end) as held_periods
    from spanned
    group by goal_id
),

placed as (
    select
        lines.*,
        clock.data_until,
        current_values.current_value,
        current_values.current_until,
        coalesce(current_values.is_missing, false) as is_missing,
        coalesce(current_values.is_provisional, false) as is_provisional,
        coalesce(current_values.is_unreliable, false) as is_unreliable,
        coalesce(current_values.is_open, false) as is_open,
        coalesce(current_values.judged_periods, 0) as judged_periods,
        coalesce(current_values.held_periods, 0) as held_periods,
        {{ ratio(days_from('lines.start_date', 'current_values.current_until') ~ ' + 1', 'lines.span_days') }} as share
    from lines
    left join current_values on current_values.goal_id = lines.goal_id
    cross join clock
),

drawn as (
    select
        placed.*,
        case when share is not null then {{ pace_line('share') }} end as pace_value,
        case when share is not null then {{ failure_line('share') }} end as failure_value,
        kind = 'level' and baseline is null as is_without_baseline,
        is_open or is_provisional or is_unreliable or (kind = 'level' and baseline is null) as is_lenient,
        case
            when kind = 'sum' then {{ ratio('current_value', 'share') }}
            when kind = 'level' and baseline is not null then baseline + {{ ratio('current_value - baseline', 'share') }}
            else current_value
        end as extended_value,
        case
            when kind = 'sum' then {{ ratio('current_value', 'target') }}
            when kind = 'level' then {{ ratio('current_value - baseline', 'target - baseline') }}
            else {{ ratio('held_periods', 'judged_periods') }}
        end as progress_share
    from placed
),

judged as (
    select
        drawn.*,
        case
            when extended_value is null or target is null then null
            when kind = 'stay' or baseline < 0 or current_value < 0 or unit = 'index' then extended_value
            when is_proportion then least(1, greatest(0, extended_value))
            else greatest(0, extended_value)
        end as expected_end_value,
        case
            when not is_active or target is null or start_date > data_until then 'no_target'
            else {{ goal_status('current_value', 'pace_value', 'failure_value', 'is_upward', 'is_lenient') }}
        end as status,
        -- What the status would be if every value were as good as any other.
        {{ goal_status('current_value', 'pace_value', 'failure_value', 'is_upward', 'false') }} as plain_status
    from drawn
),

final as (
    select
        goals.goal_id,
        goals.objective,
        coalesce(goals.objective_sv, goals.objective) as objective_sv,
        goals.parent_goal_id,
        goals.goal_type,
        goals.owner_role,
        coalesce(goals.owner_role_sv, goals.owner_role) as owner_role_sv,
        goals.stage,
        goals.kpi_id,
        versions.kpi_version,
        catalog.label as kpi_label,
        catalog.unit,
        catalog.direction,
        case when catalog.unit = 'money' then clock.reporting_currency else 'none' end as currency,
        goals.period_grain,
        case when goals.is_parts then 'parts' else goal_cells.segment_set end as segment_set,
        {{ dimension_list('goals') }},
        keys.attribution_basis,
        keys.date_basis,
        judged.kind as goal_kind,
        goals.mode,
        goals.change_type,
        goals.target_value as change_value,
        judged.baseline_from as baseline_start,
        judged.baseline_to as baseline_end,
        judged.baseline as baseline_value,
        judged.target as target_value,
        judged.failure as failure_threshold,
        goals.start_date,
        goals.deadline,
        goals.review_cadence,
        {{ next_review(
            'goals.review_cadence', 'goals.start_date', 'clock.data_until', 'clock.fiscal_year_start_month'
        ) }} as next_review_date,
        goals.is_active,
        judged.current_value,
        judged.current_until,
        judged.pace_value,
        judged.failure_value,
        judged.expected_end_value,
        judged.progress_share,
        cast(judged.judged_periods as integer) as judged_periods,
        cast(judged.held_periods as integer) as held_periods,
        judged.is_upward,
        coalesce(judged.status, 'no_target') as status,
        case
            when not goals.is_active then 'switched off'
            when catalog.kpi_id is null then 'there is no such KPI'
            when judged.goal_id is null then 'the KPI is not counted by this grain and segment'
            when judged.target is null then 'the target is not known: its baseline is not'
            when goals.start_date > clock.data_until then 'not begun'
            when judged.is_missing then 'not judged: a source day is missing'
            when judged.current_value is null then 'not judged: there is no value yet'
            else
                case judged.plain_status
                    when 'on_track' then 'as good as the line or better'
                    when 'off_track' then 'worse than the failure line'
                    else 'between the line and the failure line'
                end
                || case when judged.is_without_baseline then '; no baseline, so no pace: compared with the target itself' else '' end
                || case when judged.is_open then '; the period is not over' else '' end
                || case when judged.is_provisional then '; days still settle' else '' end
                || case when judged.is_unreliable then '; few cases' else '' end
                || case when judged.plain_status <> judged.status then '; therefore not off track' else '' end
        end as status_reason,
        clock.loaded_at
    from goals
    left join judged on judged.goal_id = goals.goal_id
    left join goal_cells on goal_cells.goal_id = goals.goal_id
    left join versions on versions.kpi_id = goals.kpi_id
    left join catalog
        on catalog.kpi_id = versions.kpi_id
        and catalog.kpi_version = versions.kpi_version
    left join keys on keys.kpi_no = judged.kpi_no
    cross join clock
)

select * from final
