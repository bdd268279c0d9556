-- Which KPI may be read at which grain and segment set, and under which basis: from the definitions, cut by the policy.
-- Every platform claims the same sale: what platforms claim is read by platform or campaign, never added up over
-- platforms, unless the KPI holds it against the orders that there were.
-- A period to date is legal where its whole period is, if every measure can be counted over any days.
with definitions as (
    select * from {{ ref('kpi_definitions') }}
),

terms as (
    select * from {{ ref('kpi_terms') }}
),

measures as (
    select * from {{ ref('measures') }}
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
    select
        publish_policy.*,
        replace(period_grain, '_to_date', '') as whole_grain
    from {{ ref('publish_policy') }} as publish_policy
),

-- People that a platform counted and what is given per period exist per period only; a cohort is not old enough in a
-- period that is not over.
whole_only as (
    select distinct terms.kpi_id, terms.kpi_version
    from terms
    inner join measures on measures.measure_id = {{ base_measure('terms.measure_id') }}
    where measures.time_rule = 'none'
        or measures.fact = 'inputs'
        or measures.maturity_days > 0
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
    left join whole_only
        on whole_only.kpi_id = definitions.kpi_id
        and whole_only.kpi_version = definitions.kpi_version
    where instr(' ' || definitions.segment_sets || ' ', ' ' || publish_policy.segment_set || ' ') > 0
        and instr(' ' || definitions.grains || ' ', ' ' || publish_policy.whole_grain || ' ') > 0
        and (publish_policy.period_grain = publish_policy.whole_grain or whole_only.kpi_id is null)
        and (claims.kpi_id is null or segment_sets.by_platform = 1 or segment_sets.by_campaign = 1)
)

select * from final
