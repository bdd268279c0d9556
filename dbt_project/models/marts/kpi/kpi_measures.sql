-- What every KPI is made of: one row per KPI, version, basis, part and measure.
with terms as (
    select distinct kpi_no, part, measure_id, measure_basis, weight
    from {{ ref('kpi_terms_legal') }}
),

keys as (
    select * from {{ ref('kpi_keys') }}
),

final as (
    select
        keys.kpi_id,
        keys.kpi_version,
        keys.attribution_basis,
        terms.part,
        terms.measure_id,
        terms.measure_basis,
        terms.weight,
        keys.is_ratio,
        keys.is_stock,
        keys.is_share,
        keys.is_paid_only,
        keys.valid_from,
        keys.valid_before
    from terms
    inner join keys on keys.kpi_no = terms.kpi_no
)

select * from final
