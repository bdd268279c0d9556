select
    kpi_id,
    period_grain,
    period_start,
    numerator,
    denominator,
    source_note,
    entered_by_role
from {{ source('raw_config', 'manual_kpis') }}
