-- The sources that a KPI's measures come from, the platform value that is a source's own, and whether they are looked at
-- a year before.
with fact_sources as (
    select * from {{ ref('fact_sources') }}
),

terms as (
    select distinct kpi_id, kpi_version, measure_id from {{ ref('kpi_terms') }}
),

measures as (
    select distinct measure_id, fact from {{ ref('measures') }}
),

keys as (
    select * from {{ ref('kpi_keys') }}
),

final as (
    select distinct
        keys.kpi_no,
        fact_sources.source,
        fact_sources.platform,
        {{ is_year_ago('terms.measure_id') }} as is_year_ago
    from keys
    inner join terms
        on terms.kpi_id = keys.kpi_id
        and terms.kpi_version = keys.kpi_version
    inner join measures on measures.measure_id = {{ base_measure('terms.measure_id') }}
    inner join fact_sources on fact_sources.fact = measures.fact
)

select * from final
