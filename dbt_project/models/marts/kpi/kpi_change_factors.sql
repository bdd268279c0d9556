-- What each factor adds to the change of a KPI that is a product, for the last complete weeks and months.
with clock as (
    select * from {{ ref('int_clock') }}
),

effects as (
    select * from {{ ref('kpi_factor_effects') }}
),

products as (
    select * from {{ ref('kpi_products') }}
),

keys as (
    select * from {{ ref('kpi_keys') }}
),

segments as (
    select * from {{ ref('kpi_segments') }}
),

periods as (
    select * from {{ ref('int_periods') }}
),

final as (
    select
        keys.kpi_id,
        keys.kpi_version,
        periods.period_grain,
        periods.period_start,
        effects.comparison,
        base.period_start as base_start,
        segments.segment_set,
        {{ dimension_list('segments') }},
        keys.attribution_basis,
        keys.date_basis,
        case when keys.unit = 'money' then clock.reporting_currency else 'none' end as currency,
        effects.position as factor_position,
        products.factor,
        products.label as factor_label,
        products.unit as factor_unit,
        products.exponent as factor_exponent,
        effects.product0 as value0,
        effects.product1 as value1,
        effects.value0 as factor0,
        effects.value1 as factor1,
        effects.effect,
        {{ ratio('effects.effect', 'effects.product1 - effects.product0') }} as share_of_change,
        effects.no_split_reason,
        effects.is_provisional
    from effects
    inner join keys on keys.kpi_no = effects.kpi_no
    inner join products
        on products.kpi_id = keys.kpi_id
        and products.kpi_version = keys.kpi_version
        and products.position = effects.position
    inner join segments on segments.cell_no = effects.cell_no
    inner join periods on periods.period_no = effects.period_no
    inner join periods as base on base.period_no = effects.base_no
    cross join clock
)

select * from final
