-- Every measure by period, segment set and cell: what KPIs are made of.
{{ config(materialized='view') }}

select * from {{ ref('measure_values__counted') }}
union all
select * from {{ ref('mv_year_ago') }}
