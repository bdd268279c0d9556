-- The terms of each KPI at each legal grain and segment set.
with terms as (
    select * from {{ ref('kpi_terms') }}
),

legal as (
    select * from {{ ref('kpi_legal') }}
),

keys as (
    select * from {{ ref('kpi_keys') }}
),

final as (
    select
        keys.kpi_no,
        terms.kpi_id,
        terms.kpi_version,
        legal.period_grain,
        legal.segment_set,
        terms.part,
        terms.measure_id,
        terms.measure_basis,
        cast(terms.weight as decimal(9, 4)) as weight,
        keys.valid_from,
        keys.valid_before
    from terms
    inner join legal
        on legal.kpi_id = terms.kpi_id
        and legal.kpi_version = terms.kpi_version
        and legal.attribution_basis = terms.attribution_basis
    inner join keys
        on keys.kpi_id = legal.kpi_id
        and keys.kpi_version = legal.kpi_version
        and keys.attribution_basis = legal.attribution_basis
        and keys.date_basis = legal.date_basis
)

select * from final
