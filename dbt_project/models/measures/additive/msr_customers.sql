-- People: new customers on the day they became one, cohort measures on the day of the first order, net revenue and orders
-- of identified people on their own day with the dimensions of their first order. A table: three models read it.
{{ config(materialized='table') }}

{% set value_ages = [30, 90, 180, 365] %}
{% set repurchase_ages = [90, 365] %}
{% set won = ['new_customers', 'new_customers_paid', 'new_customers_kept'] %}
{% set moved = ['net_of_people', 'orders_of_people'] %}
{% set grown = additive_facts()['customers']['measures'] | reject('in', won + moved) | list %}

with clock as (
    select * from {{ ref('int_clock') }}
),

customers as (
    select * from {{ ref('dim_customer') }}
),

movements as (
    select * from {{ ref('int_customer_movements') }}
),

cohorts as (
    select * from customers
    where first_order_date is not null
),

realised as (
    select
        person_id,
        {%- for age in value_ages %}
        sum(case when age_days <= {{ age }} then net end) as net_{{ age }},
        sum(case when age_days <= {{ age }} then margin end) as margin_{{ age }}{{ ',' if not loop.last }}
        {%- endfor %}
    from movements
    group by person_id
),

won as (
    select
        customer_since as date, channel, 'unknown' as country, 'unknown' as customer_type, attribution_basis,
        1 as new_customers,
        case when is_won_by_paid_channel then 1 end as new_customers_paid,
        case when is_kept then 1 end as new_customers_kept
    from customers
),

grown as (
    select
        cohorts.first_order_date as date,
        cohorts.first_order_channel as channel,
        cohorts.first_order_country as country,
        cohorts.first_order_customer_type as customer_type,
        cohorts.attribution_basis,
        {%- for age in repurchase_ages %}
        case when {{ plus_days('cohorts.first_order_date', age) }} <= clock.data_until then 1 end as cohort_{{ age }},
        case
            when {{ plus_days('cohorts.first_order_date', age) }} > clock.data_until then null
            when cohorts.next_kept_order_date <= {{ plus_days('cohorts.first_order_date', age) }} then 1
            else 0
        end as repeaters_{{ age }},
        {%- endfor %}
        {%- for age in value_ages %}
        1 as cohort_size_{{ age }},
        coalesce(realised.net_{{ age }}, 0) as cohort_net_{{ age }},
        realised.margin_{{ age }} as cohort_margin_{{ age }}{{ ',' if not loop.last }}
        {%- endfor %}
    from cohorts
    inner join realised on realised.person_id = cohorts.person_id
    cross join clock
),

moved as (
    select
        movements.date,
        cohorts.first_order_channel as channel,
        cohorts.first_order_country as country,
        cohorts.first_order_customer_type as customer_type,
        cohorts.attribution_basis,
        movements.net as net_of_people,
        movements.purchases as orders_of_people
    from movements
    inner join cohorts on cohorts.person_id = movements.person_id
),

final as (
    {%- for part, measures in [('won', won), ('grown', grown), ('moved', moved)] %}
    select
        date, channel, country, customer_type, attribution_basis,
        {{ measures_or_null('customers', measures) }}
    from {{ part }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select * from final
