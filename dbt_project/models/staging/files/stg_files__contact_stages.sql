select
    contact_id,
    stage,
    entered_at
from {{ source('raw_files', 'contact_stages') }}
