-- What to do about it: one proposed action a row, with the checks made, and later what came of it. Those of one cause (the
-- same doubtful data, or the same signal in the same segment and period) are led by one; the leads are in the order in
-- which they are to be done.
with proposals as (
    select * from {{ ref('kpi_proposals') }}
),

outcomes as (
    select * from {{ ref('kpi_check_outcomes') }}
),

rules as (
    select * from {{ ref('action_signals') }}
),

doubts as (
    select * from {{ ref('kpi_action_doubts') }}
),

stakes as (
    select * from {{ ref('kpi_action_stakes') }}
),

goals as (
    select
        kpi_id,
        min(case status when 'off_track' then 1 when 'at_risk' then 2 when 'on_track' then 3 end) as worst
    from {{ ref('kpi_goals') }}
    where is_active
    group by kpi_id
),

keys as (
    select * from {{ ref('kpi_keys') }}
),

segments as (
    select * from {{ ref('kpi_segments') }}
),

periods as (
    select * from {{ ref('int_periods') }}
),

cells as (
    select * from {{ ref('kpi_cells') }}
),

clock as (
    select * from {{ ref('int_clock') }}
),

summaries as (
    select
        action_id,
        {{ joined_texts(
            "lpad(cast(check_no as " ~ dbt.type_string() ~ "), 3, '0') || ' ' || label || ': ' || replace(outcome, '_', ' ') || ' (' || finding || ')'",
            '; '
        ) }} as checks
    from outcomes
    group by action_id
),

-- Where a total moved most: there its action starts.
starts as (
    select
        outcomes.action_id,
        outcomes.found_name,
        segments.segment_set,
        row_number() over (partition by outcomes.action_id order by outcomes.check_no nulls last) as position
    from outcomes
    inner join segments on segments.cell_no = outcomes.cell_no
    where outcomes.kind = 'segments'
        and outcomes.outcome = 'found'
),

measured as (
    select
        proposals.action_id,
        cells.value as measured_value
    from proposals
    inner join periods
        on periods.period_grain = proposals.period_grain
        and periods.period_start = proposals.measure_start
    inner join cells
        on cells.kpi_no = proposals.kpi_no
        and cells.cell_no = proposals.cell_no
        and cells.period_no = periods.period_no
    cross join clock
    where proposals.measure_date <= {{ plus_days('clock.data_until', 1) }}
        and not cells.is_missing
),

described as (
    select
        proposals.action_id,
        proposals.signal_id,
        rules.label as signal,
        proposals.kpi_id,
        proposals.kpi_version,
        proposals.period_grain,
        proposals.period_start,
        proposals.segment_set,
        {{ dimension_list('segments') }},
        proposals.attribution_basis,
        keys.date_basis,
        case when proposals.unit = 'money' then clock.reporting_currency else 'none' end as currency,
        proposals.value,
        proposals.expected_value,
        proposals.score,
        proposals.movement,
        proposals.tone,
        proposals.reason,
        summaries.checks,
        coalesce(doubts.first_action || ' Then: ', '') || proposals.recommended_action
        || coalesce(' Start with ' || starts.found_name || '.', '') as proposed_action,
        doubts.data_check,
        coalesce(
            doubts.data_cause,
            proposals.signal_id || ':' || cast(proposals.cell_no as {{ dbt.type_string() }}) || ':' || proposals.period_grain
            || ':' || cast(proposals.period_start as {{ dbt.type_string() }})
        ) as cause,
        starts.segment_set as start_set,
        starts.found_name as start_segment,
        stakes.money_effect,
        case goals.worst when 1 then 'off_track' when 2 then 'at_risk' when 3 then 'on_track' end as goal_status,
        -- Of the expected value: what leads back to it. What is better than expected is to last.
        case
            when proposals.tone = 'better' then 0
            else {{ ratio('proposals.expected_value - proposals.value', 'abs(proposals.expected_value)') }}
        end as expected_effect,
        proposals.owner_role,
        proposals.proposed_on,
        proposals.due_date,
        proposals.measure_start,
        proposals.measure_date,
        case
            when proposals.measure_date > {{ plus_days('clock.data_until', 1) }} then 'open'
            when measured.measured_value is null then 'not_measured'
            else 'measured'
        end as status,
        measured.measured_value,
        {{ ratio('measured.measured_value - proposals.value', 'abs(proposals.expected_value)') }} as measured_effect
    from proposals
    inner join rules on rules.signal_id = proposals.signal_id
    inner join keys on keys.kpi_no = proposals.kpi_no
    inner join segments on segments.cell_no = proposals.cell_no
    left join doubts on doubts.action_id = proposals.action_id
    left join stakes on stakes.action_id = proposals.action_id
    left join goals on goals.kpi_id = proposals.kpi_id
    left join starts
        on starts.action_id = proposals.action_id
        and proposals.segment_set = 'total'
        and starts.position = 1
    left join summaries on summaries.action_id = proposals.action_id
    left join measured on measured.action_id = proposals.action_id
    cross join clock
),

-- Open before past; what can be done before what is to be waited for; what is overdue first, then by the money at stake; where
-- there is none, worse before better, then by the goals, then how far off.
ordered as (
    select
        described.*,
        row_number() over (
            order by
                case described.status when 'open' then 1 else 2 end nulls last,
                case described.data_check when 'settled' then 2 else 1 end nulls last,
                case when described.due_date <= clock.data_until then 1 else 2 end nulls last,
                abs(described.money_effect) desc nulls last,
                case described.tone when 'worse' then 1 when 'neutral' then 2 else 3 end nulls last,
                case described.goal_status when 'off_track' then 1 when 'at_risk' then 2 else 3 end nulls last,
                abs({{ ratio('described.value - described.expected_value', 'described.expected_value') }}) desc nulls last,
                described.action_id nulls last
        ) as place
    from described
    cross join clock
),

led as (
    select
        *,
        row_number() over (partition by cause order by place nulls last) = 1 as is_lead,
        first_value(action_id) over (partition by cause order by place nulls last) as lead_id
    from ordered
),

final as (
    select
        action_id,
        signal_id,
        signal,
        kpi_id,
        kpi_version,
        period_grain,
        period_start,
        segment_set,
        {{ dimension_list('led') }},
        attribution_basis,
        date_basis,
        currency,
        value,
        expected_value,
        score,
        movement,
        tone,
        reason,
        checks,
        proposed_action,
        data_check,
        case when not is_lead then lead_id end as led_by,
        start_set,
        start_segment,
        expected_effect,
        money_effect,
        goal_status,
        case
            when status = 'open' and is_lead
                then cast(count(case when status = 'open' and is_lead then 1 end) over (order by place nulls last) as integer)
        end as priority,
        owner_role,
        proposed_on,
        due_date,
        measure_start,
        measure_date,
        status,
        measured_value,
        measured_effect
    from led
)

select * from final
