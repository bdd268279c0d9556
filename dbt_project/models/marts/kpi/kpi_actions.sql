-- What to do about it: one proposed action a row, with the checks made, and later what came of it.
with proposals as (
    select * from {{ ref('kpi_proposals') }}
),

outcomes as (
    select * from {{ ref('kpi_check_outcomes') }}
),

rules as (
    select * from {{ ref('action_signals') }}
),

-- The last of the rules fits everything: doubtful data come before any other action.
hold as (
    select signal_id, action
    from rules
    where priority = (select max(priority) from rules)
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
        ) }} as checks,
        bool_or(is_about_data and outcome = 'found') as has_doubtful_data
    from outcomes
    group by action_id
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

final as (
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
        case
            when summaries.has_doubtful_data and proposals.signal_id <> hold.signal_id
                then hold.action || ' Then: ' || proposals.recommended_action
            else proposals.recommended_action
        end as proposed_action,
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
    cross join hold
    left join summaries on summaries.action_id = proposals.action_id
    left join measured on measured.action_id = proposals.action_id
    cross join clock
)

select * from final
