-- Whether goals and boards are well chosen: every finding, and a row that says so where there is none.
with goals as (
    select * from {{ source('raw_config', 'goals') }}
    where is_active
),

goal_findings as (
    select * from {{ ref('kpi_goal_findings') }}
),

board_findings as (
    select * from {{ ref('kpi_board_findings') }}
),

growth as (
    select * from {{ ref('kpi_goal_growth') }}
),

checks as (
    {%- for check_name in ['specific', 'measurable', 'achievable', 'relevant', 'time_bound'] %}
    select '{{ check_name }}' as check_name
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

examined as (
    select
        goals.goal_id,
        checks.check_name,
        coalesce(goal_findings.problem, 'none') as problem,
        coalesce(goal_findings.severity, 'ok') as severity,
        coalesce(goal_findings.message, 'as it should be') as message
    from goals
    cross join checks
    left join goal_findings
        on goal_findings.goal_id = goals.goal_id
        and goal_findings.check_name = checks.check_name
),

final as (
    select
        'goal' as scope,
        examined.goal_id as subject,
        examined.check_name,
        examined.problem,
        examined.goal_id as about,
        examined.severity,
        examined.message,
        case when examined.check_name = 'achievable' then growth.needed_growth end as needed_growth,
        case when examined.check_name = 'achievable' then growth.growth_percentile end as growth_percentile,
        case when examined.check_name = 'achievable' then cast(growth.past_spans as integer) end as past_spans
    from examined
    left join growth on growth.goal_id = examined.goal_id
    union all
    select
        'board',
        persona,
        'board',
        problem,
        about,
        severity,
        message,
        null,
        null,
        null
    from board_findings
)

select * from final
