select
    member_id,
    list_id,
    email_hash,
    is_role_address,
    joined_at,
    status
from {{ source('raw_files', 'mail_members') }}
