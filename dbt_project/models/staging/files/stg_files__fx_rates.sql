select
    date,
    currency,
    to_currency,
    rate
from {{ source('raw_files', 'fx_rates') }}
