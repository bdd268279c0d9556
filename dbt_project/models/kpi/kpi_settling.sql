-- How much of what a KPI is made of is usually known of a day at an age: by KPI, source and age in days, the least known of
-- the source's measures. No row where one of them is not learnt yet.
{{ config(materialized='view') }}

with curves as (
    select
        sources as source,
        measure_id,
        age_days,
        min(settled_share) as settled_share
    from {{ source('raw_models', 'lag_curves') }}
    where period_grain = 'day'
        and settled_share is not null
    group by sources, measure_id, age_days
),

ages as (
    select distinct source, age_days from curves
),

terms as (
    select distinct kpi_id, kpi_version, measure_id from {{ ref('kpi_terms') }}
    where part in ('num', 'den')
),

measures as (
    select distinct measure_id, fact from {{ ref('measures') }}
),

fact_sources as (
    select distinct fact, source from {{ ref('fact_sources') }}
),

keys as (
    select * from {{ ref('kpi_keys') }}
),

fed as (
    select distinct keys.kpi_no, fact_sources.source, measures.measure_id
    from keys
    inner join terms
        on terms.kpi_id = keys.kpi_id
        and terms.kpi_version = keys.kpi_version
    inner join measures on measures.measure_id = {{ base_measure('terms.measure_id') }}
    inner join fact_sources on fact_sources.fact = measures.fact
),

final as (
    select
        fed.kpi_no,
        fed.source,
        ages.age_days,
        -- What may still change is never whole.
        least(greatest(min(curves.settled_share), 0), cast(0.999 as double)) as settled_share
    from fed
    inner join ages on ages.source = fed.source
    left join curves
        on curves.source = fed.source
        and curves.measure_id = fed.measure_id
        and curves.age_days = ages.age_days
    group by fed.kpi_no, fed.source, ages.age_days
    having count(*) = count(curves.measure_id)
)

select * from final
