-- Which measure of which fact is read at which grain and segment set: legal for some KPI, and the fact has the dimensions.
with terms as (
    select * from {{ ref('kpi_terms_legal') }}
),

measures as (
    select * from {{ ref('measures') }}
),

dims as (
    select * from {{ ref('measure_dims') }}
),

segment_sets as (
    select * from {{ ref('segment_sets') }}
),

final as (
    select distinct
        measures.fact,
        measures.measure_id,
        terms.period_grain,
        terms.segment_set,
        measures.basis,
        measures.date_basis,
        measures.maturity_days
    from terms
    inner join measures on measures.measure_id = {{ base_measure('terms.measure_id') }}
    inner join dims on dims.fact = measures.fact
    inner join segment_sets on segment_sets.segment_set = terms.segment_set
    where (segment_sets.segment_set <> 'total' or dims.has_total = 1)
    {%- for dimension in dimensions() %}
        and segment_sets.by_{{ dimension }} <= dims.has_{{ dimension }}
    {%- endfor %}
)

select * from final
