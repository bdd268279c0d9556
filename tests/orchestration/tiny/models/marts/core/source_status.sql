select
    source,
    is_configured,
    cast(last_load_at as timestamp) as last_load_at,
    data_until,
    provisional_from,
    row_count,
    last_error
from {{ source('raw_ops', 'source_status') }}
