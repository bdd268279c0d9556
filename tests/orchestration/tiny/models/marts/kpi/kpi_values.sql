select * from {{ ref('kpi_values_operational') }}
union all
select * from {{ ref('kpi_values_tactical') }}
