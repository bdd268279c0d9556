-- The KPIs of each persona's board: the company's own where it wrote one, else the defaults that the catalogue has. What a
-- company wrote and the catalogue does not know stays, without a label.
with boards as (
    select * from {{ source('raw_config', 'boards') }}
),

defaults as (
    select * from {{ ref('default_boards') }}
),

definitions as (
    select * from {{ ref('kpi_definitions') }}
),

versions as (
    select kpi_id, max(kpi_version) as kpi_version
    from definitions
    group by kpi_id
),

own as (
    select distinct persona from boards
),

chosen as (
    select persona, position, kpi_id, period_grain, goal_scope, false as is_default
    from boards
    union all
    select defaults.persona, defaults.position, defaults.kpi_id, defaults.period_grain, defaults.goal_scope, true
    from defaults
    inner join versions on versions.kpi_id = defaults.kpi_id
    left join own on own.persona = defaults.persona
    where own.persona is null
),

final as (
    select
        chosen.persona,
        cast(chosen.position as integer) as position,
        chosen.kpi_id,
        definitions.kpi_version,
        definitions.label,
        definitions.stage,
        definitions.grains,
        chosen.period_grain,
        chosen.goal_scope,
        chosen.is_default
    from chosen
    left join versions on versions.kpi_id = chosen.kpi_id
    left join definitions
        on definitions.kpi_id = versions.kpi_id
        and definitions.kpi_version = versions.kpi_version
)

select * from final
