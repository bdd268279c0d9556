-- How the predictions of each month were fitted, and what came of them once their horizon has passed.
with fits as (
    select * from {{ source('raw_models', 'prediction_fits') }}
),

predicted as (
    select * from {{ source('raw_models', 'predicted_values') }}
),

movements as (
    select * from {{ ref('int_customer_movements') }}
),

clock as (
    select * from {{ ref('int_clock') }}
),

expected as (
    select
        as_of_date,
        sum(p_alive) as expected_active,
        sum(purchases) as expected_purchase_days,
        sum(value) as expected_value
    from predicted
    group by as_of_date
),

person_days as (
    select
        person_id,
        date,
        first_order_date,
        sum(net) as net,
        max(purchases) as purchase_days
    from movements
    group by person_id, date, first_order_date
),

ended as (
    select
        fits.as_of_date,
        {{ plus_days('fits.as_of_date', 'fits.horizon_days') }} as last_date
    from fits
    cross join clock
    where {{ plus_days('fits.as_of_date', 'fits.horizon_days') }} <= clock.data_until
),

came as (
    select
        ended.as_of_date,
        sum(person_days.purchase_days) as purchase_days,
        sum(person_days.net) as net
    from ended
    inner join person_days
        on person_days.first_order_date <= ended.as_of_date
        and person_days.date > ended.as_of_date
        and person_days.date <= ended.last_date
    group by ended.as_of_date
),

final as (
    select
        fits.as_of_date,
        fits.fitted_on,
        fits.model,
        fits.horizon_days,
        fits.discount_rate,
        fits.customers,
        fits.repeat_buyers,
        coalesce(fits.refusal, '') as refusal,
        fits.value_correlation,
        fits.kept_share,
        {%- for parameter in ['r', 'alpha', 'a', 'b', 'p', 'q', 'v'] %}
        fits.{{ parameter }},
        {%- endfor %}
        expected.expected_active,
        expected.expected_purchase_days,
        expected.expected_value,
        cast(came.purchase_days as bigint) as purchase_days_came,
        cast(came.net as decimal(38, 6)) as value_came,
        {{ ratio('expected.expected_purchase_days', 'came.purchase_days') }} - 1 as purchase_days_error,
        {{ ratio('expected.expected_value', 'came.net') }} - 1 as value_error
    from fits
    left join expected on expected.as_of_date = fits.as_of_date
    left join came on came.as_of_date = fits.as_of_date
)

select * from final
