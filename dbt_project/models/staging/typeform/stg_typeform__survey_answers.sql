with answers as (
    select * from {{ source('raw_typeform', 'answers') }}
),

final as (
    select
        response_id as answer_id,
        form_id as survey_id,
        kind,
        {{ known('touchpoint') }} as touchpoint,
        {{ ts_utc('submitted_at') }} as answered_at,
        email_hash,
        coalesce(upper(country), 'unknown') as country,
        'unknown' as customer_type,
        score,
        nki_1,
        nki_2,
        nki_3
    from answers
)

select * from final
