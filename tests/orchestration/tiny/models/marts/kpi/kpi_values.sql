-- A view over tables, as in the product: it stands while they are built.
{{ config(materialized='view') }}
select * from {{ ref('kpi_values_operational') }}
union all
select * from {{ ref('kpi_values_tactical') }}
