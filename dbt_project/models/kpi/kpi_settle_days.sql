-- KPIs of which a measure settles later than the other figures of its source: counters of a post grow for weeks, whereas the
-- days of its account do not; a customer is in the cohort of 90 days once 90 days old.
{{ config(materialized='view') }}

with terms as (
    select distinct kpi_id, kpi_version, measure_id from {{ ref('kpi_terms') }}
    where part in ('num', 'den')
),

later as (
    select * from {{ ref('measure_settling') }}
),

keys as (
    select * from {{ ref('kpi_keys') }}
),

final as (
    select
        keys.kpi_no,
        later.source,
        cast(max(later.settle_days) as integer) as settle_days
    from keys
    inner join terms
        on terms.kpi_id = keys.kpi_id
        and terms.kpi_version = keys.kpi_version
    inner join later on later.measure_id = {{ base_measure('terms.measure_id') }}
    group by keys.kpi_no, later.source
)

select * from final
