-- Why the data behind a proposal are doubtful: the first check of them that found something, and the cause that it shares
-- with other proposals of the period, since one source that fails is one thing to mend.
{{ config(materialized='view') }}

with outcomes as (
    select * from {{ ref('kpi_check_outcomes') }}
    where is_about_data
        and outcome = 'found'
),

proposals as (
    select * from {{ ref('kpi_proposals') }}
),

ranked as (
    select
        *,
        row_number() over (partition by action_id order by check_no nulls last) as position
    from outcomes
),

final as (
    select
        ranked.action_id,
        ranked.kind as data_check,
        ranked.kind || ':' || case
            when ranked.kind = 'settled' then 'all'
            when ranked.kind = 'definition' then proposals.kpi_id
            else coalesce(ranked.found_name, proposals.kpi_id)
        end || ':' || proposals.period_grain || ':' || cast(proposals.period_start as {{ dbt.type_string() }}) as data_cause,
        replace(ranked.first_action, '{source}', coalesce(ranked.found_name, 'its sources')) as first_action
    from ranked
    inner join proposals on proposals.action_id = ranked.action_id
    where ranked.position = 1
)

select * from final
