select
    answer_id,
    survey_id,
    kind,
    touchpoint,
    answered_at,
    email_hash,
    country,
    customer_type,
    score,
    nki_1,
    nki_2,
    nki_3
from {{ source('raw_files', 'survey_answers') }}
