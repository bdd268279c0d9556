-- The checks of each proposed action in their order, with what was found, and the key of the row that shows it.
with outcomes as (
    select * from {{ ref('kpi_check_outcomes') }}
),

keys as (
    select * from {{ ref('kpi_keys') }}
),

segments as (
    select * from {{ ref('kpi_segments') }}
),

periods as (
    select * from {{ ref('int_periods') }}
),

publish_policy as (
    select * from {{ ref('publish_policy') }}
),

clock as (
    select * from {{ ref('int_clock') }}
),

-- A finding outlives the row that shows it: what is no longer published is no evidence.
evidence as (
    select distinct
        outcomes.kpi_no,
        outcomes.cell_no,
        outcomes.period_no
    from outcomes
    inner join segments on segments.cell_no = outcomes.cell_no
    inner join periods on periods.period_no = outcomes.period_no
    inner join publish_policy
        on publish_policy.period_grain = periods.period_grain
        and publish_policy.segment_set = segments.segment_set
        and publish_policy.keep_days > periods.days_ago
),

final as (
    select
        outcomes.action_id,
        outcomes.check_no,
        outcomes.label,
        outcomes.kind,
        outcomes.is_about_data,
        outcomes.outcome,
        outcomes.finding,
        outcomes.found_name,
        outcomes.found_value,
        outcomes.found_base,
        outcomes.found_share,
        keys.kpi_id,
        keys.kpi_version,
        periods.period_grain,
        periods.period_start,
        segments.segment_set,
        {{ dimension_list('segments') }},
        keys.attribution_basis,
        keys.date_basis,
        case when keys.unit = 'money' then clock.reporting_currency when keys.unit is not null then 'none' end as currency
    from outcomes
    left join evidence
        on evidence.kpi_no = outcomes.kpi_no
        and evidence.cell_no = outcomes.cell_no
        and evidence.period_no = outcomes.period_no
    left join keys on keys.kpi_no = evidence.kpi_no
    left join segments on segments.cell_no = evidence.cell_no
    left join periods on periods.period_no = evidence.period_no
    cross join clock
)

select * from final
