-- People: new customers on the day they became one, cohort measures on the day of the first order, net revenue of
-- identified people on its own day with the dimensions of their first order. A table: three models read it.
{{ config(materialized='table') }}

with clock as (
    select * from {{ ref('int_clock') }}
),

customers as (
    select * from {{ ref('dim_customer') }}
),

orders as (
    select * from {{ ref('fct_orders') }}
    where is_counted
),

refunds as (
    select * from {{ ref('fct_refunds') }}
    where is_counted
),

cohorts as (
    select * from customers
    where first_order_date is not null
),

movements as (
    select person_id, order_date as date, gross_reporting - discount_reporting as net from orders
    union all
    select person_id, refund_date, -refund_reporting from refunds
),

person_movements as (
    select
        cohorts.person_id,
        movements.date,
        movements.net,
        {{ days_from('cohorts.first_order_date', 'movements.date') }} as age_days
    from movements
    inner join cohorts on cohorts.person_id = movements.person_id
),

realised as (
    select
        person_id,
        sum(case when age_days <= 90 then net end) as net_90,
        sum(case when age_days <= 365 then net end) as net_365
    from person_movements
    group by person_id
),

won as (
    select
        customer_since as date, channel, 'unknown' as country, 'unknown' as customer_type, attribution_basis,
        1 as new_customers,
        case when is_won_by_paid_channel then 1 end as new_customers_paid
    from customers
),

grown as (
    select
        cohorts.first_order_date as date,
        cohorts.first_order_channel as channel,
        cohorts.first_order_country as country,
        cohorts.first_order_customer_type as customer_type,
        cohorts.attribution_basis,
        case when {{ plus_days('cohorts.first_order_date', 90) }} <= clock.data_until then 1 end as cohort_90,
        case
            when {{ plus_days('cohorts.first_order_date', 90) }} > clock.data_until then null
            when cohorts.next_kept_order_date <= {{ plus_days('cohorts.first_order_date', 90) }} then 1
            else 0
        end as repeaters_90,
        realised.net_90,
        realised.net_365
    from cohorts
    inner join realised on realised.person_id = cohorts.person_id
    cross join clock
),

final as (
    select
        date, channel, country, customer_type, attribution_basis,
        new_customers, new_customers_paid, null as net_of_people,
        null as cohort_90, null as repeaters_90,
        null as cohort_size_90, null as cohort_net_90, null as cohort_size_365, null as cohort_net_365
    from won
    union all
    select
        date, channel, country, customer_type, attribution_basis,
        null, null, null,
        cohort_90, repeaters_90,
        1, coalesce(net_90, 0), 1, coalesce(net_365, 0)
    from grown
    union all
    select
        person_movements.date, cohorts.first_order_channel, cohorts.first_order_country, cohorts.first_order_customer_type,
        cohorts.attribution_basis,
        null, null, person_movements.net,
        null, null,
        null, null, null, null
    from person_movements
    inner join cohorts on cohorts.person_id = person_movements.person_id
)

select * from final
