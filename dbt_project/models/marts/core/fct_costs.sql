-- Costs beyond media, spread over their days in equal parts; a cost of the whole company has channel `unknown`.
with costs as (
    select * from {{ ref('int_costs__unioned') }}
),

dates as (
    select date from {{ ref('int_dates') }}
),

rates as (
    select * from {{ ref('int_fx_daily') }}
),

days as (
    select
        costs.cost_id,
        dates.date,
        costs.cost_type,
        case when {{ known('costs.channel') }} = '(all)' then 'unknown' else {{ known('costs.channel') }} end as channel,
        costs.currency,
        cast(costs.amount as decimal(38, 6)) as amount,
        {{ days_from('costs.date_from', 'costs.date_to') }} + 1 as days
    from costs
    inner join dates on dates.date between costs.date_from and costs.date_to
),

final as (
    select
        days.cost_id,
        days.date,
        days.cost_type,
        days.channel,
        days.currency,
        cast({{ ratio('days.amount', 'days.days') }} as decimal(18, 6)) as amount,
        cast({{ ratio('days.amount', 'days.days') }} * rates.rate as decimal(38, 12)) as amount_reporting,
        {{ conversion_gap('rates.rate') }} as conversion_gap
    from days
    left join rates
        on rates.currency = days.currency
        and rates.date = days.date
)

select * from final
