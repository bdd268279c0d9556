select
    date,
    upper(currency) as currency,
    upper(to_currency) as to_currency,
    rate
from {{ source('raw_config', 'fx_rates') }}
