select
    review_id,
    touchpoint,
    country,
    created_at,
    score,
    is_positive
from {{ source('raw_files', 'reviews') }}
