-- What customers are expected to do after each period that ended with a month for which a model told it; a quarter is as
-- its last month said. One row per period, set, cell and measure.
with legal as (
    select * from {{ ref('measure_legal') }}
    where fact = 'predictions'
),

segment_sets as (
    select * from {{ ref('segment_sets') }}
),

periods as (
    select * from {{ ref('int_periods') }}
    where period_grain in (select legal.period_grain from legal)
),

predicted as (
    select * from {{ source('raw_models', 'predicted_values') }}
),

states as (
    select
        periods.period_grain,
        periods.period_start,
        predicted.channel,
        predicted.country,
        predicted.customer_type,
        predicted.customers as customers_predicted,
        case when predicted.value is not null then predicted.customers end as customers_valued,
        predicted.p_alive as customers_alive,
        predicted.alive_variance as customers_alive_variance,
        predicted.alive_error as customers_alive_error,
        predicted.value as value_predicted_365,
        predicted.value_variance as value_predicted_365_variance,
        predicted.value_error as value_predicted_365_error
    from predicted
    inner join periods on periods.period_end = predicted.as_of_date
),

{{ values_of_states(
    ['customers_predicted', 'customers_valued', 'customers_alive', 'value_predicted_365'],
    uncertain=['customers_alive', 'value_predicted_365'],
) }}
