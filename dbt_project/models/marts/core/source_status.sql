-- How the sources fare.
with status as (
    select * from {{ source('raw_ops', 'source_status') }}
),

class_status as (
    select * from {{ source('raw_ops', 'class_status') }}
),

definitions as (
    select distinct kpi_id, class from {{ ref('kpi_definitions') }}
),

terms as (
    select distinct kpi_id, measure_id from {{ ref('kpi_terms') }}
),

measures as (
    select distinct measure_id, fact from {{ ref('measures') }}
),

fact_sources as (
    select distinct fact, source from {{ ref('fact_sources') }}
),

fed_classes as (
    select distinct fact_sources.source, definitions.class
    from terms
    inner join definitions on definitions.kpi_id = terms.kpi_id
    inner join measures on measures.measure_id = {{ base_measure('terms.measure_id') }}
    inner join fact_sources on fact_sources.fact = measures.fact
),

late_classes as (
    select fed_classes.source, {{ joined_texts('fed_classes.class', ' ') }} as late_classes
    from fed_classes
    inner join class_status on class_status.class = fed_classes.class
    where class_status.is_late
    group by fed_classes.source
),

final as (
    select
        status.source,
        status.is_configured,
        {{ ts_utc('status.last_load_at') }} as last_load_at,
        status.data_until,
        status.provisional_from,
        status.row_count,
        status.last_error,
        status.missing_days,
        status.is_late,
        coalesce(late_classes.late_classes, '') as late_classes
    from status
    left join late_classes on late_classes.source = status.source
)

select * from final
