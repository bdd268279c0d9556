-- Survey answers on the company's day, with what each adds to its KPI. Where who answered lives and whether it is a business
-- stays out: a row is one person, and rows can be counted below the privacy floor (rule G13). `kpi_values` has those sets.
{{ config(materialized='view') }}

select
    answer_date,
    answered_at,
    answer_id,
    survey_id,
    kind,
    touchpoint,
    score,
    is_promoter,
    is_detractor,
    nki_index
from {{ ref('int_survey_responses') }}
