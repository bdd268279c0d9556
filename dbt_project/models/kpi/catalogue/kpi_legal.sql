-- Which KPI may be read at which grain and segment set, and under which basis: from the definitions, cut by the policy.
with definitions as (
    select * from {{ ref('kpi_definitions') }}
),

segment_sets as (
    select * from {{ ref('segment_sets') }}
),

publish_policy as (
    select * from {{ ref('publish_policy') }}
),

final as (
    select
        definitions.kpi_id,
        definitions.kpi_version,
        publish_policy.period_grain,
        publish_policy.segment_set,
        case
            when segment_sets.is_attributed = 1 then definitions.attributed_basis else definitions.plain_basis
        end as attribution_basis,
        definitions.date_basis
    from definitions
    cross join publish_policy
    inner join segment_sets on segment_sets.segment_set = publish_policy.segment_set
    where instr(' ' || definitions.segment_sets || ' ', ' ' || publish_policy.segment_set || ' ') > 0
        and instr(' ' || definitions.grains || ' ', ' ' || publish_policy.period_grain || ' ') > 0
)

select * from final
