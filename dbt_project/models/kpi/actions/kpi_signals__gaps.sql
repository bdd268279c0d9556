-- Where one cell of a set lies far below another in the same period, beyond the intervals of both: no jump, and still a
-- sign. It begins with a period that shows it after as many that did not as a value is compared with.
{{ config(materialized='view') }}
{% set s = anomaly_settings() %}
with cells as (
    select * from {{ ref('kpi_cells') }}
    where value is not null
        and not is_missing
        and not is_unreliable
        and settled_share >= 1
),

keys as (
    select * from {{ ref('kpi_keys') }}
),

segments as (
    select
        *,
        {{ cell_text('kpi_segments') }} as cell
    from {{ ref('kpi_segments') }} as kpi_segments
),

periods as (
    select * from {{ ref('int_periods') }}
    where not is_open_period
        and not is_compared_only
),

clock as (
    select * from {{ ref('int_clock') }}
),

signals as (
    select
        action_signals.*,
        signal_kpis.kpi_id
    from {{ ref('action_signals') }} as action_signals
    inner join {{ ref('action_signal_kpis') }} as signal_kpis on signal_kpis.signal_id = action_signals.signal_id
    where action_signals.trigger = 'gap'
),

compared as (
    select
        signals.signal_id,
        signals.threshold,
        signals.own_cell,
        signals.other_cell,
        keys.unit,
        cells.kpi_no,
        cells.cell_no,
        cells.period_no,
        cells.value,
        others.value as other_value,
        signals.threshold * others.value as expected_value,
        cells.value < signals.threshold * others.value and cells.upper < others.lower as is_far_below
    from cells
    inner join keys on keys.kpi_no = cells.kpi_no
    inner join signals on signals.kpi_id = keys.kpi_id
    inner join periods
        on periods.period_no = cells.period_no
        and periods.period_grain = signals.period_grain
    inner join segments
        on segments.cell_no = cells.cell_no
        and segments.segment_set = signals.segment_set
        and segments.cell = signals.own_cell
    inner join segments as other_segments
        on other_segments.segment_set = signals.segment_set
        and other_segments.cell = signals.other_cell
    inner join cells as others
        on others.kpi_no = cells.kpi_no
        and others.cell_no = other_segments.cell_no
        and others.period_no = cells.period_no
),

begun as (
    select
        *,
        not coalesce(
            bool_or(is_far_below) over (
                partition by signal_id, kpi_no, cell_no
                order by period_no nulls last
                range between {{ s.baseline_cycles }} preceding and 1 preceding
            ),
            false
        ) as is_first
    from compared
),

final as (
    select
        begun.signal_id,
        begun.kpi_no,
        begun.cell_no,
        begun.period_no,
        begun.value,
        begun.expected_value,
        cast(null as double) as score,
        'down' as movement,
        'worse' as tone,
        begun.is_first,
        {{ value_text('begun.value', 'begun.unit', 'clock.reporting_currency') }} || ' on ' || begun.own_cell
        || ' against ' || {{ value_text('begun.other_value', 'begun.unit', 'clock.reporting_currency') }}
        || ' on ' || begun.other_cell || ': less than ' || {{ fixed_text('begun.threshold * 100', 0) }} || ' % of it.' as reason
    from begun
    cross join clock
    where begun.is_far_below
)

select * from final
