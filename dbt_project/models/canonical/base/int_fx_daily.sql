-- Units of the reporting currency for one unit of a currency, per day: the last known rate, at most 7 days old.
with clock as (
    select * from {{ ref('int_clock') }}
),

dates as (
    select * from {{ ref('int_dates') }}
),

rates as (
    select
        rates.currency,
        rates.date,
        max(rates.rate) as rate
    from {{ ref('int_fx_rates__unioned') }} as rates
    inner join clock on clock.reporting_currency = rates.to_currency
    where rates.currency <> clock.reporting_currency
    group by rates.currency, rates.date
),

valid as (
    select
        currency,
        rate,
        date as valid_from,
        least(
            {{ plus_days('date', 7) }},
            coalesce({{ plus_days('lead(date) over (partition by currency order by date nulls last)', -1) }}, {{ plus_days('date', 7) }})
        ) as valid_to
    from rates
),

final as (
    select
        valid.currency,
        dates.date,
        cast(valid.rate as decimal(18, 10)) as rate
    from valid
    inner join dates on dates.date between valid.valid_from and valid.valid_to
    union all
    select
        clock.reporting_currency,
        dates.date,
        cast(1 as decimal(18, 10))
    from dates
    cross join clock
)

select * from final
