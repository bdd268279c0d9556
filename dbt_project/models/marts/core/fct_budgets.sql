-- What media are planned to cost, day by day: an amount spreads over its days in proportion to the weights of the company's
-- calendar, in equal parts where it says nothing. A budget of no channel has channel `unknown`.
with budgets as (
    select * from {{ source('raw_config', 'budgets') }}
),

budget_days as (
    select * from {{ source('raw_config', 'budget_days') }}
),

dates as (
    select date from {{ ref('int_dates') }}
),

rates as (
    select * from {{ ref('int_fx_daily') }}
),

weighted as (
    select
        budgets.budget_id,
        dates.date,
        case when budgets.channel = '(all)' then 'unknown' else budgets.channel end as channel,
        budgets.currency,
        budgets.amount,
        cast(coalesce(budget_days.weight, 1) as double) as weight
    from budgets
    inner join dates on dates.date between budgets.date_from and budgets.date_to
    left join budget_days on budget_days.date = dates.date
),

shared as (
    select
        weighted.*,
        {{ ratio('amount * weight', 'sum(weight) over (partition by budget_id)') }} as day_amount
    from weighted
),

final as (
    select
        shared.budget_id,
        shared.date,
        shared.channel,
        shared.currency,
        cast(shared.day_amount as decimal(18, 6)) as amount,
        cast(shared.day_amount * rates.rate as decimal(38, 12)) as amount_reporting,
        {{ conversion_gap('rates.rate') }} as conversion_gap
    from shared
    left join rates
        on rates.currency = shared.currency
        and rates.date = shared.date
)

select * from final
