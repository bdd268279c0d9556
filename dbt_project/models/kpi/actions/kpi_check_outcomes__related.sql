-- How another KPI that drives this one did in the same cell and period, against what was expected of it.
{{ config(materialized='view') }}
{% set s = anomaly_settings() %}
with checks as (
    select * from {{ ref('kpi_checks') }}
    where kind = 'related'
),

expectations as (
    select * from {{ ref('kpi_expectations') }}
),

keys as (
    select * from {{ ref('kpi_keys') }}
),

clock as (
    select * from {{ ref('int_clock') }}
),

judged as (
    select
        checks.action_id,
        checks.check_no,
        keys.unit,
        expectations.kpi_no,
        expectations.cell_no,
        expectations.period_no,
        expectations.value,
        expectations.expected_value,
        expectations.score,
        row_number() over (
            partition by checks.action_id, checks.check_no
            order by keys.attribution_basis = checks.attribution_basis desc nulls last, keys.kpi_version desc nulls last, keys.kpi_no nulls last
        ) as position
    from checks
    inner join keys on keys.kpi_id = checks.checked_kpi_id
    inner join expectations
        on expectations.kpi_no = keys.kpi_no
        and expectations.cell_no = checks.cell_no
        and expectations.period_no = checks.period_no
),

final as (
    select
        checks.action_id,
        checks.check_no,
        case
            when judged.action_id is null then 'not_available'
            when abs(judged.score) >= {{ s.partner_score }} then 'found'
            else 'ok'
        end as outcome,
        case
            when judged.action_id is null then 'no settled value of ' || checks.checked_kpi_id || ' here'
            when abs(judged.score) >= {{ s.partner_score }} then
                {{ value_text('judged.value', 'judged.unit', 'clock.reporting_currency') }} || ', '
                || {{ off_text('judged.value', 'judged.expected_value', 'judged.unit') }} || ' than expected'
            else {{ value_text('judged.value', 'judged.unit', 'clock.reporting_currency') }} || ', as expected'
        end as finding,
        checks.checked_kpi_id as found_name,
        judged.value as found_value,
        judged.expected_value as found_base,
        cast(null as double) as found_share,
        judged.kpi_no,
        judged.cell_no,
        judged.period_no
    from checks
    left join judged
        on judged.action_id = checks.action_id
        and judged.check_no = checks.check_no
        and judged.position = 1
    cross join clock
)

select * from final
