-- The effects of the factors are the change of the product: a product in the seed whose factors do not multiply to the
-- KPI (up to a constant) fails here. Rows are changes that they miss.
with factors as (
    select * from {{ ref('kpi_change_factors') }}
    where no_split_reason is null
)

select
    kpi_id,
    period_grain,
    period_start,
    comparison,
    segment_set,
    {{ dimension_list('factors') }}
from factors
group by
    kpi_id,
    kpi_version,
    period_grain,
    period_start,
    comparison,
    segment_set,
    {{ dimension_list('factors') }},
    value0,
    value1
having abs(sum(effect) - (value1 - value0)) > 0.000000001 * greatest(1, abs(value0), abs(value1))
