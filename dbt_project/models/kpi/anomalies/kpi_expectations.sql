-- What was to be expected of each value that has enough past, and whether it is unusual.
{{ config(materialized='view') }}

with judged as (
    select * from {{ ref('kpi_series_judged') }}
    where is_anomaly is not null
),

final as (
    select
        kpi_no,
        cell_no,
        period_no,
        value,
        expected_value,
        lower,
        upper,
        score,
        is_anomaly,
        is_first
    from judged
)

select * from final
