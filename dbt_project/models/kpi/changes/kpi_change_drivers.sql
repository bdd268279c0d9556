-- What explains each change, in numbers: the whole change, the segment that stands out with the split of its set, and the
-- factor that adds most to it.
with effects as (
    select * from {{ ref('kpi_change_effects') }}
),

standouts as (
    select * from {{ ref('kpi_change_standouts') }}
),

factor_effects as (
    select * from {{ ref('kpi_factor_effects') }}
    where segment_set = 'total'
),

products as (
    select * from {{ ref('kpi_products') }}
),

cells as (
    select * from {{ ref('kpi_cells') }}
),

keys as (
    select * from {{ ref('kpi_keys') }}
),

segments as (
    select * from {{ ref('kpi_segments') }}
),

-- All sets of a KPI have the same total; where it is legal, that of its own row.
changes as (
    select
        keys.kpi_id,
        keys.kpi_version,
        effects.comparison,
        effects.period_no,
        effects.base_no,
        max(case when effects.segment_set = 'total' then effects.kpi_no end) as total_kpi_no,
        max(case when effects.segment_set = 'total' then effects.cell_no end) as total_cell_no,
        max(effects.total0) as value0,
        max(effects.total1) as value1,
        bool_or(effects.is_provisional) as is_provisional
    from effects
    inner join keys on keys.kpi_no = effects.kpi_no
    group by keys.kpi_id, keys.kpi_version, effects.comparison, effects.period_no, effects.base_no
),

-- How far each factor moves the product in the way of its change.
advances as (
    select
        *,
        effect * sign(product1 - product0) as advance
    from factor_effects
),

ranked_factors as (
    select
        *,
        row_number() over (
            partition by kpi_no, comparison, period_no
            order by advance desc nulls last, position nulls last
        ) as place
    from advances
    where advance > 0
),

final as (
    select
        changes.kpi_id,
        changes.kpi_version,
        changes.comparison,
        changes.period_no,
        changes.base_no,
        changes.value0,
        changes.value1,
        {{ moved('changes.value1', 'changes.value0') }} as change,
        {{ ratio(moved('changes.value1', 'changes.value0'), 'abs(changes.value0)') }} as relative_change,
        changes.is_provisional,
        coalesce(now.is_unreliable, false) or coalesce(earlier.is_unreliable, false) as is_unreliable,
        standouts.kpi_no as leading_kpi_no,
        standouts.segment_set as leading_set,
        case
            when not standouts.is_standing_out then null
            {%- for dimension in dimensions() %}
            when standouts.segment_set = '{{ dimension }}' then segments.{{ dimension }}
            {%- endfor %}
        end as leading_segment,
        case when standouts.is_standing_out then standouts.effect end as leading_effect,
        case when standouts.is_standing_out then standouts.share_of_change end as leading_share,
        standouts.is_turnover,
        standouts.set_rate_effect as rate_effect,
        standouts.set_mix_effect as mix_effect,
        standouts.set_interaction_effect as interaction_effect,
        products.factor as leading_factor,
        products.label as factor_label,
        products.unit as factor_unit,
        ranked_factors.value0 as factor0,
        ranked_factors.value1 as factor1,
        ranked_factors.effect as factor_effect
    from changes
    left join standouts
        on standouts.kpi_id = changes.kpi_id
        and standouts.kpi_version = changes.kpi_version
        and standouts.comparison = changes.comparison
        and standouts.period_no = changes.period_no
    left join segments on segments.cell_no = standouts.cell_no
    left join ranked_factors
        on ranked_factors.kpi_no = changes.total_kpi_no
        and ranked_factors.comparison = changes.comparison
        and ranked_factors.period_no = changes.period_no
        and ranked_factors.place = 1
    left join products
        on products.kpi_id = changes.kpi_id
        and products.kpi_version = changes.kpi_version
        and products.position = ranked_factors.position
    {%- for alias, period in [('now', 'period_no'), ('earlier', 'base_no')] %}
    left join cells as {{ alias }}
        on {{ alias }}.kpi_no = changes.total_kpi_no
        and {{ alias }}.cell_no = changes.total_cell_no
        and {{ alias }}.period_no = changes.{{ period }}
    {%- endfor %}
)

select * from final
