select
    deal_id,
    contact_id,
    company_id,
    pipeline,
    stage,
    amount,
    currency,
    created_at,
    closed_at,
    is_closed,
    is_won
from {{ source('raw_files', 'deals') }}
