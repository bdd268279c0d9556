-- What is to be said about each active goal: one row per goal and finding. Errors keep a goal from being measured.
{{ config(materialized='view') }}

with clock as (
    select * from {{ ref('int_clock') }}
),

company as (
    select coalesce(max(phase), 'growth') as phase from {{ source('raw_config', 'company') }}
),

goals as (
    select * from {{ source('raw_config', 'goals') }}
    where is_active
),

goal_cells as (
    select
        goal_id,
        bool_and(kpi_no is not null) as is_legal,
        max(segment_set) as segment_set
    from {{ ref('kpi_goal_cells') }}
    group by goal_id
),

lines as (
    select * from {{ ref('kpi_goal_lines') }}
),

growth as (
    select * from {{ ref('kpi_goal_growth') }}
),

histories as (
    select goal_id, count(case when not is_open_period then value end) as complete_values
    from {{ ref('kpi_goal_periods') }}
    group by goal_id
),

catalog as (
    select * from {{ ref('kpi_definitions') }}
),

versions as (
    select kpi_id, max(kpi_version) as kpi_version
    from catalog
    group by kpi_id
),

kpi_measures as (
    select distinct terms.kpi_id, terms.kpi_version, measures.fact, measures.additivity
    from {{ ref('kpi_terms') }} as terms
    inner join {{ ref('measures') }} as measures on measures.measure_id = terms.measure_id
    where terms.part in ('num', 'den')
),

fact_states as (
    select fact_sources.fact, bool_or(coalesce(source_status.is_configured, false)) as is_connected
    from {{ ref('fact_sources') }} as fact_sources
    left join {{ source('raw_ops', 'source_status') }} as source_status on source_status.source = fact_sources.source
    group by fact_sources.fact
),

kpi_states as (
    select
        kpi_measures.kpi_id,
        kpi_measures.kpi_version,
        bool_or(kpi_measures.additivity = 'N') as counts_people,
        bool_and(coalesce(fact_states.is_connected, true)) as is_connected
    from kpi_measures
    left join fact_states on fact_states.fact = kpi_measures.fact
    group by kpi_measures.kpi_id, kpi_measures.kpi_version
),

fits as (
    select
        goals.goal_id,
        bool_or(fit.rule_kind = 'goal_type' and fit.fit = 'lead') as is_lead,
        bool_or(fit.rule_kind = 'goal_type' and fit.fit = 'poor') as is_misfit,
        bool_or(fit.rule_kind = 'goal_type' and fit.fit = 'poor_alone') as is_misfit_alone,
        bool_or(fit.rule_kind = 'phase' and fit.fit = 'poor') as is_misfit_of_phase
    from goals
    cross join company
    inner join {{ ref('goal_fit') }} as fit
        on ((fit.rule_kind = 'goal_type' and fit.rule = goals.goal_type) or (fit.rule_kind = 'phase' and fit.rule = company.phase))
        and goals.kpi_id like replace(replace(fit.kpi_pattern, '_', '!_'), '*', '%') escape '!'
    group by goals.goal_id
),

types as (
    select goal_type, count(distinct kpi_id) as kpis
    from goals
    group by goal_type
),

twins as (
    select goals.goal_id, min(others.goal_id) as twin_id
    from goals
    inner join goals as others
        on others.goal_id <> goals.goal_id
        and others.kpi_id = goals.kpi_id
        and others.period_grain = goals.period_grain
        and others.start_date <= goals.deadline
        and others.deadline >= goals.start_date
        {%- for dimension in dimensions() %}
        and others.{{ dimension }} = goals.{{ dimension }}
        {%- endfor %}
    where not goals.is_parts
        and not others.is_parts
    group by goals.goal_id
),

examined as (
    select
        goals.goal_id,
        goals.kpi_id,
        goals.owner_role,
        goals.goal_type,
        goals.stage,
        goals.period_grain,
        goals.is_parts,
        goals.change_type,
        goals.mode,
        goals.start_date,
        goals.deadline,
        goals.review_cadence,
        clock.data_until,
        company.phase,
        catalog.label,
        catalog.unit,
        catalog.direction,
        catalog.stage as kpi_stage,
        catalog.goal_role,
        catalog.grains,
        catalog.segment_sets,
        catalog.kpi_id is not null as is_known,
        coalesce(goal_cells.is_legal, false) as is_legal,
        goal_cells.segment_set,
        coalesce(kpi_states.counts_people, false) or catalog.is_share = 1 as has_no_parts,
        coalesce(kpi_states.is_connected, true) as is_connected,
        coalesce(histories.complete_values, 0) as complete_values,
        lines.kind,
        lines.baseline,
        lines.target,
        lines.failure,
        lines.is_upward,
        growth.verdict,
        growth.growth_percentile,
        coalesce(growth.past_spans, 0) as past_spans,
        coalesce(fits.is_lead, false) as is_lead,
        coalesce(fits.is_misfit, false) or (coalesce(fits.is_misfit_alone, false) and types.kpis = 1) as is_misfit,
        coalesce(fits.is_misfit_of_phase, false) as is_misfit_of_phase,
        twins.twin_id,
        {{ next_review('goals.review_cadence', 'goals.start_date', 'goals.start_date', 'clock.fiscal_year_start_month') }} as first_review
    from goals
    inner join types on types.goal_type = goals.goal_type
    left join versions on versions.kpi_id = goals.kpi_id
    left join catalog
        on catalog.kpi_id = versions.kpi_id
        and catalog.kpi_version = versions.kpi_version
    left join kpi_states
        on kpi_states.kpi_id = catalog.kpi_id
        and kpi_states.kpi_version = catalog.kpi_version
    left join goal_cells on goal_cells.goal_id = goals.goal_id
    left join lines on lines.goal_id = goals.goal_id
    left join growth on growth.goal_id = goals.goal_id
    left join histories on histories.goal_id = goals.goal_id
    left join fits on fits.goal_id = goals.goal_id
    left join twins on twins.goal_id = goals.goal_id
    cross join clock
    cross join company
),

final as (
    {%- for check_name, problem, severity, condition, message in goal_findings() %}
    select
        goal_id,
        '{{ check_name }}' as check_name,
        '{{ problem }}' as problem,
        '{{ severity }}' as severity,
        {{ message }} as message
    from examined
    where {{ condition }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select * from final
