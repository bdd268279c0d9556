-- What it costs to win customers, on other days than its own: on the day that its customers come, the median time from lead
-- to customer later, beside the new customers of days for which that cost is known; and on its own day for cohorts that
-- have had a year to pay it back. Media, agency fees, tools and staff.
with customers as (
    select * from {{ ref('dim_customer') }}
),

leads as (
    select * from {{ ref('fct_leads') }}
),

media as (
    select date, channel, spend_reporting as amount
    from {{ ref('fct_ad_performance_daily') }}
),

other_costs as (
    select date, channel, amount_reporting as amount
    from {{ ref('fct_costs') }}
    where cost_type in ('agency_fee', 'tool', 'staff')
),

costs as (
    select * from media
    union all
    select * from other_costs
),

sales_lag as (
    select cast(round(median({{ days_from('leads.lead_date', 'customers.customer_since') }})) as integer) as lag_days
    from leads
    inner join customers
        on customers.person_id = leads.person_id
        and customers.customer_since >= leads.lead_date
),

known_costs as (
    select min(date) as first_date from costs
),

spent as (
    select
        date,
        channel,
        'none' as attribution_basis,
        amount as full_cost_365
    from costs
),

lagged as (
    select
        {{ plus_days('costs.date', 'sales_lag.lag_days') }} as date,
        costs.channel,
        'none' as attribution_basis,
        costs.amount as full_cost_lagged
    from costs
    cross join sales_lag
    where sales_lag.lag_days is not null
),

won as (
    select
        customers.customer_since as date,
        customers.channel,
        'none' as attribution_basis,
        1 as new_customers_lagged
    from customers
    cross join sales_lag
    cross join known_costs
    where customers.customer_since >= {{ plus_days('known_costs.first_date', 'sales_lag.lag_days') }}
),

final as (
    {%- for part, measure in [('spent', 'full_cost_365'), ('lagged', 'full_cost_lagged'), ('won', 'new_customers_lagged')] %}
    select
        date, channel, attribution_basis,
        {{ measures_or_null('acquisition', [measure]) }}
    from {{ part }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select * from final
