-- What an unusual value is a sign of: the first signal of the rule table that fits it. A pair also wants a second KPI to
-- move along in the same cell.
{{ config(materialized='view') }}
{% set s = anomaly_settings() %}
with anomalies as (
    select * from {{ ref('kpi_anomalies') }}
),

expectations as (
    select * from {{ ref('kpi_expectations') }}
),

keys as (
    select * from {{ ref('kpi_keys') }}
),

segments as (
    select * from {{ ref('kpi_segments') }}
),

signals as (
    select * from {{ ref('action_signals') }}
    where trigger in ('anomaly', 'pair')
),

signal_kpis as (
    select * from {{ ref('action_signal_kpis') }}
),

partners as (
    select
        keys.kpi_id as partner_kpi_id,
        expectations.cell_no,
        expectations.period_no,
        case when expectations.score > 0 then 'up' else 'down' end as partner_movement
    from expectations
    inner join keys on keys.kpi_no = expectations.kpi_no
    inner join signal_kpis on signal_kpis.partner_kpi_id = keys.kpi_id
    where abs(expectations.score) >= {{ s.partner_score }}
),

candidates as (
    select
        anomalies.*,
        signals.signal_id,
        signals.priority
    from anomalies
    inner join keys on keys.kpi_no = anomalies.kpi_no
    inner join segments on segments.cell_no = anomalies.cell_no
    inner join signal_kpis on signal_kpis.kpi_id in (keys.kpi_id, '*')
    inner join signals
        on signals.signal_id = signal_kpis.signal_id
        and coalesce(signals.segment_set, segments.segment_set) = segments.segment_set
        and coalesce(signals.tone, anomalies.tone) = anomalies.tone
        and coalesce(signal_kpis.movement, signals.movement, anomalies.movement) = anomalies.movement
    left join partners
        on partners.partner_kpi_id = signal_kpis.partner_kpi_id
        and partners.partner_movement = signal_kpis.partner_movement
        and partners.cell_no = anomalies.cell_no
        and partners.period_no = anomalies.period_no
    where signals.trigger = 'anomaly'
        or partners.partner_kpi_id is not null
),

ranked as (
    select
        *,
        row_number() over (partition by kpi_no, cell_no, period_no order by priority nulls last) as position
    from candidates
),

final as (
    select
        signal_id,
        kpi_no,
        cell_no,
        period_no,
        value,
        expected_value,
        score,
        movement,
        tone,
        is_first,
        anomaly_reason as reason
    from ranked
    where position = 1
)

select * from final
