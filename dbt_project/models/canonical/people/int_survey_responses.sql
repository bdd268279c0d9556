-- Survey answers on the company's day, with who answered and what each adds to its KPI.
with clock as (
    select * from {{ ref('int_clock') }}
),

answers as (
    select * from {{ ref('int_survey_answers__unioned') }}
),

final as (
    select
        {{ local_day('answers.answered_at', 'clock.time_zone') }} as answer_date,
        answers.answered_at,
        answers.answer_id,
        answers.survey_id,
        answers.kind,
        {{ known('answers.touchpoint') }} as touchpoint,
        {{ known('answers.country') }} as country,
        {{ known('answers.customer_type') }} as customer_type,
        answers.score,
        answers.kind = 'nps' and answers.score >= 9 as is_promoter,
        answers.kind = 'nps' and answers.score <= 6 as is_detractor,
        -- (mean of the three − 1) × 100 ÷ 9; null unless all three were answered.
        case when answers.kind = 'nki' then {{ ratio('(answers.nki_1 + answers.nki_2 + answers.nki_3 - 3) * 100', 27) }} end as nki_index
    from answers
    cross join clock
    where answers.answered_at <= clock.as_of
)

select * from final
