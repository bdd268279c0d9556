select
    contact_id,
    email_hash,
    phone_hash,
    is_role_address,
    created_at,
    original_source,
    original_campaign,
    latest_source,
    latest_campaign,
    latest_source_at,
    country,
    merged_into_id,
    is_deleted,
    is_test
from {{ source('raw_files', 'contacts') }}
