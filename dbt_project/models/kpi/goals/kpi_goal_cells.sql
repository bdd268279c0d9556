-- The cells that a goal is about: its own, or those of its parts. The KPI is read in its newest version, under the basis
-- that is legal for the goal's grain and segment set; both numbers are null where there is no such KPI, set or cell.
with goals as (
    select * from {{ source('raw_config', 'goals') }}
),

goal_parts as (
    select * from {{ source('raw_config', 'goal_parts') }}
),

segment_sets as (
    select * from {{ ref('segment_sets') }}
),

legal as (
    select * from {{ ref('kpi_legal') }}
),

keys as (
    select * from {{ ref('kpi_keys') }}
),

segments as (
    select * from {{ ref('kpi_segments') }}
),

versions as (
    select kpi_id, max(kpi_version) as kpi_version
    from keys
    group by kpi_id
),

final as (
    select
        goal_parts.goal_id,
        goal_parts.part_goal_id,
        parts.kpi_id,
        parts.period_grain,
        segment_sets.segment_set,
        {{ dimension_list('parts') }},
        keys.kpi_no,
        segments.cell_no
    from goal_parts
    inner join goals as parts on parts.goal_id = goal_parts.part_goal_id
    left join segment_sets
        on true
        {%- for dimension in dimensions() %}
        and segment_sets.by_{{ dimension }} = case when parts.{{ dimension }} = '(all)' then 0 else 1 end
        {%- endfor %}
    left join versions on versions.kpi_id = parts.kpi_id
    left join legal
        on legal.kpi_id = versions.kpi_id
        and legal.kpi_version = versions.kpi_version
        and legal.period_grain = parts.period_grain
        and legal.segment_set = segment_sets.segment_set
    left join keys
        on keys.kpi_id = legal.kpi_id
        and keys.kpi_version = legal.kpi_version
        and keys.attribution_basis = legal.attribution_basis
        and keys.date_basis = legal.date_basis
    left join segments
        on segments.segment_set = segment_sets.segment_set
        {%- for dimension in dimensions() %}
        and segments.{{ dimension }} = parts.{{ dimension }}
        {%- endfor %}
)

select * from final
