-- The effects of the segments of a set are the change of the whole. Rows are changes that they miss.
with changes as (
    select * from {{ ref('kpi_changes') }}
)

select
    kpi_id,
    period_grain,
    period_start,
    comparison,
    segment_set
from changes
group by kpi_id, kpi_version, period_grain, period_start, comparison, segment_set, total0, total1
having abs(sum(effect) - (total1 - total0)) > 0.000000001 * greatest(1, abs(total0), abs(total1))
