-- What each segment adds to the change of a KPI, for the last complete weeks and months.
with clock as (
    select * from {{ ref('int_clock') }}
),

effects as (
    select * from {{ ref('kpi_change_effects') }}
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
        effects.n0,
        effects.d0,
        effects.n1,
        effects.d1,
        effects.total0,
        effects.total1,
        effects.value0,
        effects.value1,
        effects.rate_effect,
        effects.mix_effect,
        effects.interaction_effect,
        effects.effect,
        effects.share_of_change,
        effects.effect_rank,
        effects.is_provisional
    from effects
    inner join keys on keys.kpi_no = effects.kpi_no
    inner join segments on segments.cell_no = effects.cell_no
    inner join periods on periods.period_no = effects.period_no
    inner join periods as base on base.period_no = effects.base_no
    cross join clock
)

select * from final
