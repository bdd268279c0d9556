-- One sentence per change, made by rule from the numbers beside it.
with clock as (
    select * from {{ ref('int_clock') }}
),

drivers as (
    select * from {{ ref('kpi_change_drivers') }}
),

definitions as (
    select * from {{ ref('kpi_definitions') }}
),

keys as (
    select * from {{ ref('kpi_keys') }}
),

periods as (
    select * from {{ ref('int_periods') }}
),

described as (
    select
        drivers.*,
        definitions.label,
        definitions.unit,
        definitions.is_partition = 1 as is_partition,
        periods.period_grain,
        periods.period_start,
        base.period_start as base_start,
        keys.attribution_basis as leading_basis,
        case when definitions.unit = 'money' then clock.reporting_currency else 'none' end as currency,
        case when definitions.unit = 'money' then ' ' || clock.reporting_currency else '' end as own_currency,
        case when drivers.factor_unit = 'money' then ' ' || clock.reporting_currency else '' end as factor_currency,
        case
            when drivers.change = 0 then 'none'
            when abs(drivers.relative_change) < 0.0005 then 'hardly'
            when drivers.change > 0 then 'up'
            else 'down'
        end as movement,
        -- The largest part in the way of the change.
        case
            when drivers.rate_effect is null then null
            when drivers.is_turnover then 'turnover'
            when drivers.rate_effect * sign(drivers.change) >= greatest(
                drivers.mix_effect * sign(drivers.change), drivers.interaction_effect * sign(drivers.change)
            ) then 'rate'
            when drivers.mix_effect * sign(drivers.change) >= drivers.interaction_effect * sign(drivers.change) then 'mix'
            else 'interaction'
        end as leading_kind
    from drivers
    inner join definitions
        on definitions.kpi_id = drivers.kpi_id
        and definitions.kpi_version = drivers.kpi_version
    inner join periods on periods.period_no = drivers.period_no
    inner join periods as base on base.period_no = drivers.base_no
    left join keys on keys.kpi_no = drivers.leading_kpi_no
    cross join clock
),

texts as (
    select
        *,
        {{ number_text('value0', 'unit') }} || own_currency as text0,
        {{ number_text('value1', 'unit') }} || own_currency as text1,
        case
            when unit not in ('ratio', 'index') and value0 <> 0
                then {{ fixed_text('abs(relative_change) * 100', 1) }} || ' %'
            else {{ size_text('change', 'unit', 'change') }} || own_currency
        end as size_text,
        case period_grain
            when 'month' then 'in ' || substring(cast(period_start as {{ dbt.type_string() }}), 1, 7)
            else 'in the ' || period_grain || ' of ' || cast(period_start as {{ dbt.type_string() }})
        end as period_text,
        case comparison
            when 'previous' then 'the ' || period_grain || ' before'
            else 'the same ' || period_grain || ' a year before'
        end as base_text,
        case when is_provisional then ', still settling' else '' end
        || case when is_unreliable then ', few cases' else '' end as caveat_text,
        replace(leading_set, '_', ' ') as set_text,
        {{ effect_text('leading_effect', 'unit', 'change') }} || own_currency as leading_text,
        {{ effect_text('rate_effect', 'unit', 'change') }} || own_currency as rate_text,
        {{ effect_text('mix_effect', 'unit', 'change') }} || own_currency as mix_text,
        {{ effect_text('interaction_effect', 'unit', 'change') }} || own_currency as interaction_text,
        {{ number_text('factor0', 'factor_unit') }} || factor_currency as factor_text0,
        {{ number_text('factor1', 'factor_unit') }} || factor_currency as factor_text1,
        {{ effect_text('factor_effect', 'unit', 'change') }} || own_currency as factor_effect_text
    from described
),

-- A clause whose numbers are not there is null.
clauses as (
    select
        *,
        '; ' || set_text || ' ' || leading_segment || ' stands out (' || leading_text || ')' as segment_clause,
        case leading_kind
            when 'rate' then '; mostly values within each ' || set_text || ' (' || rate_text || ', mix ' || mix_text || ')'
            when 'mix' then '; mostly the mix by ' || set_text || ' (' || mix_text || ', values ' || rate_text || ')'
            when 'interaction' then '; mostly values and mix by ' || set_text || ' together (' || interaction_text || ')'
            when 'turnover' then '; by ' || set_text || ' nothing lasts from one period to the other'
        end as kind_clause,
        '; mostly ' || factor_label || ', ' || factor_text0 || ' to ' || factor_text1 || ' (' || factor_effect_text || ')'
            as factor_clause
    from texts
),

reasons as (
    select
        *,
        coalesce(factor_clause, '') || coalesce(kind_clause, '') || coalesce(segment_clause, '')
        || case
            when not is_partition then '; its segments do not add up, so that none explains it'
            when leading_set is not null and leading_segment is null then '; no segment stands out'
            else ''
        end as reason
    from clauses
),

final as (
    select
        kpi_id,
        kpi_version,
        period_grain,
        period_start,
        comparison,
        base_start,
        currency,
        value0,
        value1,
        change,
        relative_change,
        movement,
        leading_basis,
        leading_set,
        leading_segment,
        leading_effect,
        leading_share,
        leading_kind,
        rate_effect,
        mix_effect,
        interaction_effect,
        leading_factor,
        factor_label,
        factor_unit,
        factor0,
        factor1,
        factor_effect,
        is_provisional,
        is_unreliable,
        label || case movement
            when 'none' then ' stayed at ' || text1
            when 'hardly' then ' hardly moved: ' || text1
            when 'up' then ' rose by ' || size_text || ' to ' || text1
            else ' fell by ' || size_text || ' to ' || text1
        end
        || ' ' || period_text || ' (' || text0 || ' ' || base_text || caveat_text || ')'
        || case when movement in ('up', 'down') and reason <> '' then ': ' || substring(reason, 3) else '' end
        || '.' as sentence
    from reasons
)

select * from final
