-- At which grain actions of a KPI are proposed: the finest that its class allows. Coarser ones say the same later.
with definitions as (
    select * from {{ ref('kpi_definitions') }}
),

keys as (
    select * from {{ ref('kpi_keys') }}
),

grains as (
    select * from {{ ref('anomaly_grains') }}
),

ranked as (
    select
        keys.kpi_no,
        grains.period_grain,
        grains.due_days,
        row_number() over (partition by keys.kpi_no order by grains.grain_no nulls last) as position
    from keys
    inner join definitions
        on definitions.kpi_id = keys.kpi_id
        and definitions.kpi_version = keys.kpi_version
    inner join grains on instr(' ' || definitions.grains || ' ', ' ' || grains.period_grain || ' ') > 0
),

final as (
    select kpi_no, period_grain, due_days
    from ranked
    where position = 1
)

select * from final
