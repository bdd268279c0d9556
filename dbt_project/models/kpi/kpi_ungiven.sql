-- KPIs of a measure that never came although they cannot be told without it (costs of goods that nobody keeps).
with required as (
    select * from {{ ref('required_measures') }}
),

given as (
    select distinct measure_id from {{ ref('measure_values') }}
),

terms as (
    select distinct kpi_no, measure_id from {{ ref('kpi_terms_legal') }}
),

final as (
    select distinct terms.kpi_no
    from terms
    inner join required on required.measure_id = terms.measure_id
    left join given on given.measure_id = terms.measure_id
    where given.measure_id is null
)

select * from final
