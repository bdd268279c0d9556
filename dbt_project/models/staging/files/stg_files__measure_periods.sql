select
    period_grain,
    period_start,
    measure_id,
    platform,
    channel,
    country,
    value,
    currency
from {{ source('raw_files', 'measure_periods') }}
