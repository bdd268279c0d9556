-- What kpi_values says of a value beyond its number: whether it is unusual, why, and what is recommended.
with expectations as (
    select * from {{ ref('kpi_expectations') }}
),

anomalies as (
    select * from {{ ref('kpi_anomalies') }}
),

signals as (
    select * from {{ ref('kpi_signals') }}
),

final as (
    select
        coalesce(expectations.kpi_no, signals.kpi_no) as kpi_no,
        coalesce(expectations.cell_no, signals.cell_no) as cell_no,
        coalesce(expectations.period_no, signals.period_no) as period_no,
        expectations.is_anomaly,
        anomalies.score as anomaly_score,
        anomalies.anomaly_reason,
        anomalies.expected_value,
        anomalies.usual_from,
        anomalies.usual_to,
        signals.recommended_action
    from expectations
    -- A signal may stand on a value that is not judged.
    full join signals
        on signals.kpi_no = expectations.kpi_no
        and signals.cell_no = expectations.cell_no
        and signals.period_no = expectations.period_no
    left join anomalies
        on anomalies.kpi_no = expectations.kpi_no
        and anomalies.cell_no = expectations.cell_no
        and anomalies.period_no = expectations.period_no
)

select * from final
