-- Days with their periods, from 20 years before the run to the end of its year.
{{ config(materialized='view') }}

select
    date,
    week_start,
    month_start,
    quarter_start,
    year,
    quarter,
    month,
    iso_year,
    iso_week,
    day_of_week,
    is_weekend,
    fiscal_year
from {{ ref('int_dates') }}
