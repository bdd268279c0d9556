select
    cost_id,
    date_from,
    date_to,
    cost_type,
    channel,
    amount,
    currency
from {{ source('raw_files', 'costs') }}
