-- The KPIs of each persona's board, in their order.
with board_kpis as (
    select * from {{ ref('kpi_board_kpis') }}
),

final as (
    select
        persona,
        position,
        kpi_id,
        kpi_version,
        label,
        stage,
        period_grain,
        goal_scope,
        is_default
    from board_kpis
    where kpi_version is not null
)

select * from final
