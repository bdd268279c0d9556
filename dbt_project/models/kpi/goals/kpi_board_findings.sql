-- What is to be said about each board: one row per board, finding and what it is about. A default board is as the catalogue
-- decided it: its findings are notes.
{{ config(materialized='view') }}
{% set stages = ['awareness', 'consideration', 'conversion', 'loyalty'] -%}
with board_kpis as (
    select * from {{ ref('kpi_board_kpis') }}
),

goals as (
    select * from {{ source('raw_config', 'goals') }}
    where is_active
),

twins as (
    select * from {{ ref('kpi_formula_twins') }}
),

boards as (
    select
        persona,
        bool_and(is_default) as is_default,
        count(*) as kpis,
        {%- for stage in stages %}
        count(case when stage = '{{ stage }}' then 1 end) as kpis_{{ stage }}{{ ',' if not loop.last }}
        {%- endfor %}
    from board_kpis
    group by persona
),

owned as (
    select kpi_id, max(owner_role) as owner_role
    from goals
    group by kpi_id
),

findings as (
    select
        persona,
        'size' as problem,
        'the board' as about,
        'warning' as severity,
        'it holds ' || cast(kpis as {{ dbt.type_string() }}) || ' KPIs: five to seven can be kept in mind' as message
    from boards
    where kpis not between 5 and 7
    {%- for stage in stages %}
    union all
    select persona, 'empty_stage', '{{ stage }}', 'warning', 'no KPI of the stage {{ stage }}'
    from boards
    where kpis_{{ stage }} = 0
    {%- endfor %}
    union all
    select persona, 'unknown_kpi', kpi_id, 'error', 'there is no KPI ' || kpi_id || ': see kpi_catalog for the ids'
    from board_kpis
    where kpi_version is null
    union all
    select
        persona,
        'no_values_by_grain',
        kpi_id,
        'warning',
        kpi_id || ' has no values by ' || period_grain || ', the board''s grain; it has: ' || grains
    from board_kpis
    where kpi_version is not null
        and instr(' ' || grains || ' ', ' ' || period_grain || ' ') = 0
    union all
    select board_kpis.persona, 'no_goal', board_kpis.kpi_id, 'warning', 'no goal says what ' || board_kpis.kpi_id || ' is to reach'
    from board_kpis
    left join owned on owned.kpi_id = board_kpis.kpi_id
    where owned.kpi_id is null
    union all
    select board_kpis.persona, 'no_owner', board_kpis.kpi_id, 'warning', 'nobody owns a goal of ' || board_kpis.kpi_id
    from board_kpis
    inner join owned on owned.kpi_id = board_kpis.kpi_id
    where owned.owner_role is null
    union all
    select
        board_kpis.persona,
        'one_formula_apart',
        twins.kpi_id || ' ' || twins.other_kpi_id,
        'warning',
        twins.kpi_id || ' and ' || twins.other_kpi_id
        || case twins.relation
            when 'same' then ' are the same number'
            when 'rest' then ' add up to one'
            else ' are each other upside down'
        end || ': keep one'
    from board_kpis
    inner join twins on twins.kpi_id = board_kpis.kpi_id
    inner join board_kpis as others
        on others.persona = board_kpis.persona
        and others.kpi_id = twins.other_kpi_id
),

final as (
    select
        findings.persona,
        findings.problem,
        findings.about,
        case when boards.is_default and findings.severity = 'warning' then 'note' else findings.severity end as severity,
        findings.message
    from findings
    inner join boards on boards.persona = findings.persona
)

select * from final
