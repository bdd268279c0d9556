select
    cost_id,
    date_from,
    date_to,
    cost_type,
    coalesce(channel, '(all)') as channel,
    amount,
    currency
from {{ source('raw_config', 'costs') }}
