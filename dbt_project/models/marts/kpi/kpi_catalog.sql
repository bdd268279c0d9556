-- The KPIs and what they mean: one row per KPI and version.
with definitions as (
    select * from {{ ref('kpi_definitions') }}
),

swedish_labels as (
    select * from {{ ref('kpi_labels_sv') }}
),

terms as (
    select distinct kpi_id, kpi_version, part, measure_id, weight from {{ ref('kpi_terms') }}
),

fact_sources as (
    select * from {{ ref('fact_sources') }}
),

measures as (
    select * from {{ ref('measures') }}
),

clock as (
    select * from {{ ref('int_clock') }}
),

weighted as (
    select
        kpi_id,
        kpi_version,
        part,
        case
            when weight = 1 then measure_id
            when weight = -1 then '-' || measure_id
            else cast(cast(weight as integer) as {{ dbt.type_string() }}) || ' * ' || measure_id
        end as term
    from terms
    where part in ('num', 'den')
),

term_texts as (
    select
        kpi_id,
        kpi_version,
        part,
        {{ joined_texts('term', ' + ') }} as expression
    from weighted
    group by kpi_id, kpi_version, part
),

kpi_sources as (
    select distinct terms.kpi_id, terms.kpi_version, fact_sources.source
    from terms
    inner join measures on measures.measure_id = {{ base_measure('terms.measure_id') }}
    inner join fact_sources on fact_sources.fact = measures.fact
),

source_texts as (
    select kpi_id, kpi_version, {{ joined_texts('source', ' ') }} as sources
    from kpi_sources
    group by kpi_id, kpi_version
),

final as (
    select
        definitions.kpi_id,
        cast(definitions.kpi_version as integer) as kpi_version,
        definitions.label,
        coalesce(swedish_labels.label_sv, definitions.label) as label_sv,
        definitions.stage,
        definitions.journey_phase,
        definitions.class,
        definitions.personas,
        definitions.direction,
        definitions.unit,
        definitions.format,
        definitions.formula,
        numerators.expression as numerator_measure,
        denominators.expression as denominator_measure,
        definitions.additivity,
        definitions.vat_basis,
        definitions.refund_basis,
        definitions.type_tags,
        definitions.level,
        definitions.goal_role = 'metric' as is_vanity,
        cast(coalesce(definitions.min_n, clock.min_n) as integer) as min_n,
        definitions.grains,
        definitions.segment_sets,
        coalesce(definitions.personal_sets, '') as personal_sets,
        definitions.valid_from,
        coalesce(source_texts.sources, '') as sources
    from definitions
    left join swedish_labels on swedish_labels.kpi_id = definitions.kpi_id
    left join term_texts as numerators
        on numerators.kpi_id = definitions.kpi_id
        and numerators.kpi_version = definitions.kpi_version
        and numerators.part = 'num'
    left join term_texts as denominators
        on denominators.kpi_id = definitions.kpi_id
        and denominators.kpi_version = definitions.kpi_version
        and denominators.part = 'den'
    left join source_texts
        on source_texts.kpi_id = definitions.kpi_id
        and source_texts.kpi_version = definitions.kpi_version
    cross join clock
)

select * from final
