-- Survey answers; the touchpoint stands in `platform`.
with answers as (
    select * from {{ ref('int_survey_responses') }}
),

final as (
    select
        answer_date as date,
        touchpoint as platform,
        country,
        customer_type,
        'none' as attribution_basis,
        case when kind = 'nps' and score is not null then 1 end as nps_answers,
        case when kind = 'nps' and score is not null then cast(is_promoter as integer) end as promoters,
        case when kind = 'nps' and score is not null then cast(is_detractor as integer) end as detractors,
        case when nki_index is not null then 1 end as nki_answers,
        cast(nki_index as decimal(38, 12)) as nki_sum,
        cast(nki_index * nki_index as decimal(38, 12)) as nki_squares,
        case when kind = 'csat' and score is not null then 1 end as csat_answers,
        case when kind = 'csat' then cast(score as decimal(38, 12)) end as csat_sum,
        case when kind = 'csat' then cast(score * score as decimal(38, 12)) end as csat_squares,
        case when kind = 'csat' and score is not null then cast(score >= 4 as integer) end as csat_high
    from answers
)

select * from final
