-- Every check of every proposal with its outcome, and the row of kpi_values that shows it, where there is one.
with checks as (
    select * from {{ ref('kpi_checks') }}
),

stacked as (
    {%- for kind in ['data', 'related', 'segments', 'mix'] %}
    select * from {{ ref('kpi_check_outcomes__' ~ kind) }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

final as (
    select
        checks.action_id,
        checks.check_no,
        checks.label,
        checks.kind,
        checks.first_action,
        checks.kind in ('sources', 'tracking', 'definition', 'duplicates', 'settled') as is_about_data,
        stacked.outcome,
        stacked.finding,
        stacked.found_name,
        stacked.found_value,
        stacked.found_base,
        stacked.found_share,
        stacked.kpi_no,
        stacked.cell_no,
        stacked.period_no
    from stacked
    inner join checks
        on checks.action_id = stacked.action_id
        and checks.check_no = stacked.check_no
    union all
    select
        action_id,
        check_no,
        label,
        'also' as kind,
        cast(null as {{ dbt.type_string() }}) as first_action,
        false as is_about_data,
        outcome,
        finding,
        found_name,
        found_value,
        found_base,
        found_share,
        kpi_no,
        cell_no,
        period_no
    from {{ ref('kpi_check_outcomes__also') }}
)

select * from final
