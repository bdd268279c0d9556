select
    subscription_id,
    customer_id,
    started_at,
    ended_at,
    monthly_amount,
    currency
from {{ source('raw_files', 'subscriptions') }}
