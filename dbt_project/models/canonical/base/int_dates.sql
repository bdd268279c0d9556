-- Days from 20 years before the run to the end of its year.
with clock as (
    select * from {{ ref('int_clock') }}
),

days as (
    select
        fiscal_year_start_month,
        {{ each_day("cast(date_trunc('year', " ~ dbt.dateadd('year', -20, 'data_until') ~ ") as date)",
                    plus_days("cast(date_trunc('year', " ~ dbt.dateadd('year', 1, 'data_until') ~ ") as date)", -1)) }} as date
    from clock
),

starts as (
    select
        date,
        {{ week_start('date') }} as week_start,
        {{ month_start('date') }} as month_start,
        {{ fiscal_quarter_start('date', 'fiscal_year_start_month') }} as quarter_start,
        {{ plus_days(week_start('date'), 3) }} as thursday,  -- an ISO week belongs to the year of its Thursday
        fiscal_year_start_month
    from days
),

final as (
    select
        date,
        week_start,
        month_start,
        quarter_start,
        cast(extract(year from date) as integer) as year,
        cast(extract(quarter from date) as integer) as quarter,
        cast(extract(month from date) as integer) as month,
        cast(extract(year from thursday) as integer) as iso_year,
        cast(floor({{ ratio('extract(doy from thursday) - 1', 7) }}) as integer) + 1 as iso_week,
        {{ iso_dow('date') }} as day_of_week,
        {{ iso_dow('date') }} >= 6 as is_weekend,
        cast(
            extract(year from date)
            + case when fiscal_year_start_month > 1 and extract(month from date) >= fiscal_year_start_month then 1 else 0 end
            as integer
        ) as fiscal_year,
        cast(
            floor({{ ratio('(extract(month from date) - fiscal_year_start_month + 12) % 12', 3) }}) as integer
        ) + 1 as fiscal_quarter
    from starts
)

select * from final
