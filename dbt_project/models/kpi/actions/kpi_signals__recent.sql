-- Where the last complete period looks bad only because it still settles: no value that may be judged, and the one that
-- people react to. Once it has settled, the detector judges it or it is gone.
{{ config(materialized='view') }}
{% set s = anomaly_settings() %}
with cells as (
    select * from {{ ref('kpi_cells') }}
    where value is not null
        and not is_missing
        and not is_unreliable
),

keys as (
    select * from {{ ref('kpi_keys') }}
),

segments as (
    select segments.*
    from {{ ref('kpi_segments') }} as segments
    inner join {{ ref('anomaly_sets') }} as anomaly_sets on anomaly_sets.segment_set = segments.segment_set
),

grains as (
    select * from {{ ref('anomaly_grains') }}
),

definitions as (
    select * from {{ ref('kpi_definitions') }}
),

-- At the finest grain that the KPI has.
finest as (
    select
        keys.kpi_no,
        min_by(grains.period_grain, grains.grain_no) as period_grain
    from keys
    inner join definitions
        on definitions.kpi_id = keys.kpi_id
        and definitions.kpi_version = keys.kpi_version
    inner join grains on instr(' ' || definitions.grains || ' ', ' ' || grains.period_grain || ' ') > 0
    group by keys.kpi_no
),

periods as (
    select
        *,
        row_number() over (partition by period_grain order by period_start desc nulls last) as recency
    from {{ ref('int_periods') }}
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
    where action_signals.trigger = 'recent'
),

history as (
    select
        signals.signal_id,
        signals.threshold,
        keys.unit,
        cells.kpi_no,
        cells.cell_no,
        cells.period_no,
        cells.value,
        cells.settled_share,
        periods.recency,
        row_number() over (
            partition by cells.kpi_no, cells.cell_no, cells.settled_share >= 1 order by periods.recency nulls last
        ) as position
    from cells
    inner join keys on keys.kpi_no = cells.kpi_no
    inner join signals on signals.kpi_id = keys.kpi_id
    inner join segments on segments.cell_no = cells.cell_no
    inner join finest on finest.kpi_no = cells.kpi_no
    inner join periods
        on periods.period_no = cells.period_no
        and periods.period_grain = finest.period_grain
),

usual as (
    select
        kpi_no,
        cell_no,
        median(value) as expected_value
    from history
    where settled_share >= 1
        and position <= {{ s.baseline_cycles }}
    group by kpi_no, cell_no
    having count(*) = {{ s.baseline_cycles }}
),

final as (
    select
        history.signal_id,
        history.kpi_no,
        history.cell_no,
        history.period_no,
        history.value,
        usual.expected_value,
        cast(null as double) as score,
        'down' as movement,
        'worse' as tone,
        true as is_first,
        {{ value_text('history.value', 'history.unit', 'clock.reporting_currency') }}
        || ' while the last {{ s.baseline_cycles }} settled periods had '
        || {{ value_text('usual.expected_value', 'history.unit', 'clock.reporting_currency') }}
        || '; ' || {{ fixed_text('history.settled_share * 100', 0) }} || ' % of its days are settled.' as reason
    from history
    inner join usual
        on usual.kpi_no = history.kpi_no
        and usual.cell_no = history.cell_no
    cross join clock
    where history.recency = 1
        and history.settled_share < 1
        and history.value < (1 - history.threshold) * usual.expected_value
)

select * from final
