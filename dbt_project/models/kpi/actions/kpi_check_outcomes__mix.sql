-- Whether a ratio moved because its segments did (rate) or because their weights did (mix): read from the exact split of
-- kpi_changes, which keeps the last weeks and months.
{{ config(materialized='view') }}

with checks as (
    select * from {{ ref('kpi_checks') }}
    where kind = 'mix'
),

effects as (
    select * from {{ ref('kpi_change_effects') }}
    where comparison = 'previous'
),

keys as (
    select * from {{ ref('kpi_keys') }}
),

split as (
    select
        checks.action_id,
        checks.check_no,
        effects.kpi_no,
        max(effects.total1 - effects.total0) as change,
        sum(effects.rate_effect) as rate_effect,
        sum(effects.mix_effect + effects.interaction_effect) as mix_effect
    from checks
    inner join keys
        on keys.kpi_id = checks.kpi_id
        and keys.kpi_version = checks.kpi_version
    inner join effects
        on effects.kpi_no = keys.kpi_no
        and effects.period_no = checks.period_no
        and effects.segment_set = checks.checked_set
    where keys.is_ratio
    group by checks.action_id, checks.check_no, effects.kpi_no
),

larger as (
    select
        action_id,
        check_no,
        case when abs(mix_effect) > abs(rate_effect) then 'mix' else 'rate' end as cause,
        {{ ratio('case when abs(mix_effect) > abs(rate_effect) then mix_effect else rate_effect end', 'change') }} as share
    from split
),

final as (
    select
        checks.action_id,
        checks.check_no,
        case when larger.action_id is null then 'not_available' else 'found' end as outcome,
        case
            when larger.action_id is null then 'this change is not split by ' || checks.checked_set
            else coalesce(
                larger.cause || ': ' || {{ fixed_text('larger.share * 100', 0) }} || ' % of the change since the period before',
                'no change since the period before'
            )
        end as finding,
        coalesce(larger.cause, checks.checked_set) as found_name,
        cast(null as double) as found_value,
        cast(null as double) as found_base,
        larger.share as found_share,
        checks.kpi_no,
        checks.cell_no,
        checks.period_no
    from checks
    left join larger
        on larger.action_id = checks.action_id
        and larger.check_no = checks.check_no
)

select * from final
