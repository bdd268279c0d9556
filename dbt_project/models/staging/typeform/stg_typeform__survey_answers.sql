select
    response_id as answer_id,
    form_id as survey_id,
    kind,
    coalesce(touchpoint, 'unknown') as touchpoint,
    submitted_at as answered_at,
    email_hash,
    coalesce(upper(country), 'unknown') as country,
    'unknown' as customer_type,
    score,
    nki_1,
    nki_2,
    nki_3,
from {{ source('raw_typeform', 'answers') }}
