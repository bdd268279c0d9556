-- Which KPI may be read at which grain and segment set, and under which basis: from the definitions, cut by the policy.
-- Every platform claims the same sale: what platforms claim is read by platform or campaign, never added up over
-- platforms, unless the KPI holds it against the orders that there were.
with definitions as (
    select * from {{ ref('kpi_definitions') }}
),

segment_sets as (
    select * from {{ ref('segment_sets') }}
),

claims as (
    select kpi_id, kpi_version
    from {{ ref('kpi_terms') }}
    where part in ('num', 'den')
    group by kpi_id, kpi_version
    having bool_or(measure_basis = 'platform')
        and not bool_or(measure_basis not in ('platform', 'none'))
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
    left join claims
        on claims.kpi_id = definitions.kpi_id
        and claims.kpi_version = definitions.kpi_version
    where instr(' ' || definitions.segment_sets || ' ', ' ' || publish_policy.segment_set || ' ') > 0
        and instr(' ' || definitions.grains || ' ', ' ' || publish_policy.period_grain || ' ') > 0
        and (claims.kpi_id is null or segment_sets.by_platform = 1 or segment_sets.by_campaign = 1)
)

select * from final
