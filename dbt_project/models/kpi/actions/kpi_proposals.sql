-- The actions to propose: one per signal, KPI and period, for the cell that shows it most (the total if it does; a rule
-- about one segment set gives each cell its own), at the finest grain that shows it, where a goal may hang on the KPI. All
-- from the data as they are now: nothing is remembered.
with signals as (
    select * from {{ ref('kpi_signals') }}
    where is_first
),

rules as (
    select * from {{ ref('action_signals') }}
),

keys as (
    select * from {{ ref('kpi_keys') }}
),

definitions as (
    select * from {{ ref('kpi_definitions') }}
    where goal_role = 'kpi'
),

segments as (
    select * from {{ ref('kpi_segments') }}
),

grains as (
    select * from {{ ref('anomaly_grains') }}
),

periods as (
    select * from {{ ref('int_periods') }}
),

publish_policy as (
    select * from {{ ref('publish_policy') }}
),

kpi_sources as (
    select * from {{ ref('kpi_sources') }}
),

source_status as (
    select * from {{ source('raw_ops', 'source_status') }}
),

-- A value is known for good once all its sources have settled; what is proposed before does not wait for that.
settling as (
    select
        kpi_sources.kpi_no,
        max({{ days_from('source_status.provisional_from', 'source_status.data_until') }} + 1) as settle_days
    from kpi_sources
    inner join source_status on source_status.source = kpi_sources.source
    group by kpi_sources.kpi_no
),

described as (
    select
        signals.*,
        rules.trigger,
        rules.owner_role as rule_owner,
        keys.kpi_id,
        keys.kpi_version,
        keys.attribution_basis,
        keys.unit,
        definitions.personas,
        segments.segment_set,
        segments.segment_set = 'total' as is_total,
        case when rules.segment_set is not null then segments.cell_no end as own_action_of,
        {{ cell_text('segments') }} as cell,
        periods.period_grain,
        periods.period_start,
        periods.period_end,
        grains.grain_no,
        coalesce(rules.due_days, grains.due_days) as due_days,
        coalesce(settling.settle_days, 0) as settle_days
    from signals
    inner join rules on rules.signal_id = signals.signal_id
    inner join keys on keys.kpi_no = signals.kpi_no
    inner join definitions
        on definitions.kpi_id = keys.kpi_id
        and definitions.kpi_version = keys.kpi_version
    inner join segments on segments.cell_no = signals.cell_no
    inner join periods on periods.period_no = signals.period_no
    inner join publish_policy
        on publish_policy.period_grain = periods.period_grain
        and publish_policy.segment_set = segments.segment_set
        and publish_policy.keep_days > periods.days_ago
    inner join grains on grains.period_grain = periods.period_grain
    left join settling on settling.kpi_no = signals.kpi_no
    where periods.period_grain = coalesce(rules.period_grain, periods.period_grain)
),

-- What a day has said, its week and month need not say again.
unsaid as (
    select described.*
    from described
    left join described as finer
        on finer.signal_id = described.signal_id
        and finer.kpi_id = described.kpi_id
        and finer.kpi_version = described.kpi_version
        and finer.movement = described.movement
        and finer.grain_no < described.grain_no
        and finer.period_start between described.period_start and described.period_end
    where finer.signal_id is null
),

ranked as (
    select
        *,
        row_number() over (
            partition by signal_id, kpi_id, kpi_version, period_no, movement, own_action_of
            order by is_total desc nulls last, abs(score) desc nulls last, cell_no nulls last
        ) as position
    from unsaid
),

dated as (
    select
        *,
        {{ plus_days('period_end', 'settle_days + 1') }} as settled_on
    from ranked
    where position = 1
),

-- What still settles is told at once, and can be judged once it has settled and not before.
due as (
    select
        *,
        case when trigger = 'recent' then {{ plus_days('period_end', 1) }} else settled_on end as proposed_on,
        case when trigger = 'recent' then settled_on else {{ plus_days('settled_on', 'due_days') }} end as due_date
    from dated
),

measuring as (
    select
        *,
        -- The first whole period after the action is due.
        case period_grain
            when 'day' then due_date
            when 'week' then {{ week_start(plus_days('due_date', 6)) }}
            else {{ plus_months(month_start(plus_days('due_date', -1)), 1) }}
        end as measure_start
    from due
),

final as (
    select
        signal_id || ':' || kpi_id || ':' || cast(kpi_version as {{ dbt.type_string() }}) || ':' || period_grain || ':'
        || cast(period_start as {{ dbt.type_string() }}) || ':' || cell || ':' || movement as action_id,
        signal_id,
        kpi_no,
        kpi_id,
        kpi_version,
        attribution_basis,
        unit,
        cell_no,
        segment_set,
        period_no,
        period_grain,
        period_start,
        period_end,
        value,
        expected_value,
        score,
        movement,
        tone,
        reason,
        case when rule_owner = 'kpi' then split_part(personas, ' ', 1) else rule_owner end as owner_role,
        recommended_action,
        proposed_on,
        due_date,
        measure_start,
        {{ plus_days(
            "case period_grain when 'day' then " ~ plus_days('measure_start', 1)
            ~ " when 'week' then " ~ plus_days('measure_start', 7)
            ~ " else " ~ plus_months('measure_start', 1) ~ " end",
            'settle_days'
        ) }} as measure_date
    from measuring
)

select * from final
