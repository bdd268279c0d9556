-- Which segment of a set moved a total most since the period before, in the direction of the proposal. A ratio's segment
-- moves by what its numerator has beyond its own rate of before; a new one beyond the expected rate.
{{ config(materialized='view') }}

with checks as (
    select
        *,
        coalesce(checked_kpi_id, kpi_id) as split_kpi_id,
        case when movement = 'up' then 1 else -1 end as direction
    from {{ ref('kpi_checks') }}
    where kind = 'segments'
),

cells as (
    select * from {{ ref('kpi_cells') }}
    where value is not null
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

clock as (
    select * from {{ ref('int_clock') }}
),

moved as (
    select
        checks.action_id,
        checks.check_no,
        keys.unit,
        cells.kpi_no,
        cells.cell_no,
        cells.period_no,
        {{ cell_text('segments') }} as cell,
        cells.value,
        earlier.value as earlier_value,
        checks.direction * case
            when keys.is_ratio then cells.numerator - cells.denominator * coalesce(earlier.value, checks.expected_value)
            else cells.value - coalesce(earlier.value, 0)
        end as moved_by
    from checks
    inner join keys
        on keys.kpi_id = checks.split_kpi_id
        and (keys.kpi_version = checks.kpi_version or keys.kpi_id <> checks.kpi_id)
    inner join cells
        on cells.kpi_no = keys.kpi_no
        and cells.period_no = checks.period_no
    inner join segments
        on segments.cell_no = cells.cell_no
        and segments.segment_set = checks.checked_set
    left join periods as periods_before
        on periods_before.period_no = checks.period_no - 1
        and periods_before.period_grain = checks.period_grain
    left join cells as earlier
        on earlier.kpi_no = cells.kpi_no
        and earlier.cell_no = cells.cell_no
        and earlier.period_no = periods_before.period_no
),

ranked as (
    select
        *,
        {{ ratio('moved_by', 'sum(moved_by) over (partition by action_id, check_no)') }} as share,
        row_number() over (
            partition by action_id, check_no order by moved_by desc nulls last, cell_no nulls last
        ) as position
    from moved
    where moved_by > 0
),

final as (
    select
        checks.action_id,
        checks.check_no,
        case when ranked.action_id is null then 'not_available' else 'found' end as outcome,
        case
            when ranked.action_id is null then 'no split by ' || checks.checked_set
            else ranked.cell || ': ' || {{ value_text('ranked.value', 'ranked.unit', 'clock.reporting_currency') }}
                || case
                    when ranked.earlier_value is null then ''
                    else ' after ' || {{ value_text('ranked.earlier_value', 'ranked.unit', 'clock.reporting_currency') }}
                end
                || ', ' || {{ fixed_text('ranked.share * 100', 0) }} || ' % of what moved that way'
        end as finding,
        coalesce(ranked.cell, checks.checked_set) as found_name,
        ranked.value as found_value,
        ranked.earlier_value as found_base,
        ranked.share as found_share,
        ranked.kpi_no,
        ranked.cell_no,
        ranked.period_no
    from checks
    left join ranked
        on ranked.action_id = checks.action_id
        and ranked.check_no = checks.check_no
        and ranked.position = 1
    cross join clock
)

select * from final
