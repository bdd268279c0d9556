-- Every published KPI value: the three classes, each refreshed at its own cadence.
{{ config(materialized='view') }}

select * from {{ ref('kpi_values_operational') }}
union all
select * from {{ ref('kpi_values_tactical') }}
union all
select * from {{ ref('kpi_values_strategic') }}
