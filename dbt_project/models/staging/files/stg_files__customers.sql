select
    customer_id,
    email_hash,
    phone_hash,
    is_role_address,
    country,
    customer_type,
    created_at
from {{ source('raw_files', 'customers') }}
