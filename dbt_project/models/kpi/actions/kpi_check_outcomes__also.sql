-- Where else the same KPI was unusual in the same period and direction: the strongest cells beside the proposal's own.
{{ config(materialized='view') }}

with proposals as (
    select * from {{ ref('kpi_proposals') }}
),

anomalies as (
    select *, abs(score) as distance
    from {{ ref('kpi_anomalies') }}
),

keys as (
    select * from {{ ref('kpi_keys') }}
),

segments as (
    select * from {{ ref('kpi_segments') }}
),

ranked as (
    select
        proposals.action_id,
        anomalies.kpi_no,
        anomalies.cell_no,
        anomalies.period_no,
        anomalies.anomaly_reason,
        anomalies.value,
        anomalies.expected_value,
        {{ cell_text('segments') }} as cell,
        row_number() over (
            partition by proposals.action_id order by anomalies.distance desc nulls last, anomalies.cell_no nulls last
        ) as position
    from proposals
    inner join keys
        on keys.kpi_id = proposals.kpi_id
        and keys.kpi_version = proposals.kpi_version
    inner join anomalies
        on anomalies.kpi_no = keys.kpi_no
        and anomalies.period_no = proposals.period_no
        and anomalies.movement = proposals.movement
        and anomalies.cell_no <> proposals.cell_no
    inner join segments on segments.cell_no = anomalies.cell_no
),

final as (
    select
        action_id,
        cast(100 + position as integer) as check_no,
        'also unusual' as label,
        'found' as outcome,
        cell || ': ' || anomaly_reason as finding,
        cell as found_name,
        value as found_value,
        expected_value as found_base,
        cast(null as double) as found_share,
        kpi_no,
        cell_no,
        period_no
    from ranked
    where position <= 5
)

select * from final
