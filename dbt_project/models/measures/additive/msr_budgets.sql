-- What media are planned to cost, by day.
with budgets as (
    select * from {{ ref('fct_budgets') }}
),

final as (
    select
        date,
        channel,
        'none' as attribution_basis,
        amount_reporting as planned_spend
    from budgets
)

select * from final
