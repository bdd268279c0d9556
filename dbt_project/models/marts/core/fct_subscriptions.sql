-- Contracts with their monthly amount in the reporting currency, at the rate of the day they began: an amount that nobody
-- changed does not move with the rates. A contract older than the rates takes the first one.
with clock as (
    select * from {{ ref('int_clock') }}
),

subscriptions as (
    select * from {{ ref('int_subscriptions__unioned') }}
),

people as (
    select * from {{ ref('int_people') }}
    where member_kind = 'customer'
),

accounts as (
    select * from {{ ref('int_customers__unioned') }}
),

customers as (
    select * from {{ ref('dim_customer') }}
),

rates as (
    select * from {{ ref('int_fx_daily') }}
),

first_rates as (
    select
        currency,
        min(date) as date,
        min_by(rate, date) as rate
    from rates
    group by currency
),

dated as (
    select
        subscriptions.*,
        {{ local_day('subscriptions.started_at', 'clock.time_zone') }} as started_date,
        {{ local_day('subscriptions.ended_at', 'clock.time_zone') }} as ended_date
    from subscriptions
    cross join clock
    where subscriptions.started_at <= clock.as_of
),

priced as (
    select
        dated.*,
        coalesce(rates.rate, case when dated.started_date < first_rates.date then first_rates.rate end) as fx_rate
    from dated
    left join rates
        on rates.currency = dated.currency
        and rates.date = dated.started_date
    left join first_rates on first_rates.currency = dated.currency
),

final as (
    select
        priced.subscription_id,
        priced.customer_id,
        coalesce(people.person_id, 'subscriber:' || priced.customer_id) as person_id,
        priced.started_date,
        priced.started_at,
        priced.ended_date,
        priced.ended_at,
        coalesce(customers.first_order_channel, customers.channel, 'unknown') as channel,
        coalesce(customers.first_order_country, {{ known('accounts.country') }}) as country,
        coalesce(customers.first_order_customer_type, {{ known('accounts.customer_type') }}) as customer_type,
        'first_party:last_non_direct' as attribution_basis,
        priced.currency,
        priced.monthly_amount,
        {{ converted('priced.monthly_amount', 'priced.fx_rate') }} as monthly_reporting,
        {{ conversion_gap('priced.fx_rate') }} as conversion_gap
    from priced
    left join people on people.member_id = priced.customer_id
    left join accounts on accounts.customer_id = priced.customer_id
    left join customers on customers.person_id = people.person_id
)

select * from final
