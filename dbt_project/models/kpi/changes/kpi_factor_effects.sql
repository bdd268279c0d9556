-- What each factor adds to the change of a product, exactly: its logarithmic growth × the logarithmic mean of the
-- product's two values. Where a logarithm does not exist there is no split, but the reason.
{%- set change = 'kpi_no, segment_set, comparison, period_no, cell_no' %}
with factor_values as (
    select * from {{ ref('kpi_factor_values') }}
),

products as (
    select * from {{ ref('kpi_products') }}
),

keys as (
    select * from {{ ref('kpi_keys') }}
),

-- The product itself has no row in the seed.
described as (
    select
        factor_values.*,
        case
            when products.exponent = -1 then {{ ratio('factor_values.value0', 'factor_values.value1') }}
            else {{ ratio('factor_values.value1', 'factor_values.value0') }}
        end as multiple
    from factor_values
    inner join keys on keys.kpi_no = factor_values.kpi_no
    left join products
        on products.kpi_id = keys.kpi_id
        and products.kpi_version = keys.kpi_version
        and products.position = factor_values.position
),

judged as (
    select
        *,
        case
            when bool_or(is_missing) over (partition by {{ change }}) then 'missing'
            when bool_or(value0 = 0 or value1 = 0) over (partition by {{ change }}) then 'zero'
            when bool_or(value0 is null or value1 is null) over (partition by {{ change }}) then 'no_value'
            when bool_or(multiple < 0) over (partition by {{ change }}) then 'sign_change'
        end as no_split_reason
    from described
),

grown as (
    select
        *,
        case when no_split_reason is null then ln(multiple) end as growth
    from judged
),

-- A small growth by its series: the quotient of two small differences has few digits.
averaged as (
    select
        *,
        case
            when position > 0 then null
            when abs(growth) < 0.01
                then sign(value1) * sqrt(value0 * value1)
                    * (1 + {{ ratio('growth * growth', 24) }} + {{ ratio('growth * growth * growth * growth', 1920) }})
            else {{ ratio('value1 - value0', 'growth') }}
        end as product_mean
    from grown
),

wholes as (
    select
        kpi_no,
        segment_set,
        comparison,
        period_no,
        base_no,
        cell_no,
        value0 as product0,
        value1 as product1,
        product_mean
    from averaged
    where position = 0
        and value0 is not null
        and value1 is not null
        and not is_missing
        -- What was nothing and is nothing did not change.
        and (value0 <> 0 or value1 <> 0)
),

final as (
    select
        wholes.kpi_no,
        wholes.segment_set,
        wholes.comparison,
        wholes.period_no,
        wholes.base_no,
        wholes.cell_no,
        averaged.position,
        wholes.product0,
        wholes.product1,
        averaged.value0,
        averaged.value1,
        wholes.product_mean * averaged.growth as effect,
        averaged.no_split_reason,
        bool_or(averaged.is_provisional) over (
            partition by wholes.kpi_no, wholes.segment_set, wholes.comparison, wholes.period_no, wholes.cell_no
        ) as is_provisional
    from wholes
    inner join averaged
        on averaged.kpi_no = wholes.kpi_no
        and averaged.segment_set = wholes.segment_set
        and averaged.comparison = wholes.comparison
        and averaged.period_no = wholes.period_no
        and averaged.cell_no = wholes.cell_no
    where averaged.position > 0
)

select * from final
