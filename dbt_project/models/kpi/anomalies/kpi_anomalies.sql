-- The unusual values, in words: which way, if that is better or worse, and what was to be expected.
with expectations as (
    select * from {{ ref('kpi_expectations') }}
    where is_anomaly
),

keys as (
    select * from {{ ref('kpi_keys') }}
),

definitions as (
    select * from {{ ref('kpi_definitions') }}
),

periods as (
    select * from {{ ref('int_periods') }}
),

grains as (
    select * from {{ ref('anomaly_grains') }}
),

clock as (
    select * from {{ ref('int_clock') }}
),

described as (
    select
        expectations.kpi_no,
        expectations.cell_no,
        expectations.period_no,
        expectations.value,
        expectations.upper,
        expectations.score,
        expectations.is_first,
        -- A count is not expected below 0, wherever its scale ends.
        case
            when keys.unit in ('count', 'people') and expectations.value >= 0 then greatest(expectations.expected_value, 0)
            else expectations.expected_value
        end as expected_value,
        keys.unit,
        grains.compared_with,
        clock.reporting_currency as currency,
        -- What is never negative has no negative bound either.
        case
            when expectations.value >= 0 and (expectations.expected_value >= 0 or keys.unit in ('count', 'people'))
                then greatest(expectations.lower, 0)
            else expectations.lower
        end as usual_from,
        case when expectations.value > expectations.upper then 'up' else 'down' end as movement,
        case
            when definitions.direction not in ('higher_better', 'lower_better') then 'neutral'
            when (expectations.value > expectations.upper) = (definitions.direction = 'higher_better') then 'better'
            else 'worse'
        end as tone
    from expectations
    inner join keys on keys.kpi_no = expectations.kpi_no
    inner join definitions
        on definitions.kpi_id = keys.kpi_id
        and definitions.kpi_version = keys.kpi_version
    inner join periods on periods.period_no = expectations.period_no
    inner join grains on grains.period_grain = periods.period_grain
    cross join clock
),

final as (
    select
        kpi_no,
        cell_no,
        period_no,
        value,
        expected_value,
        score,
        movement,
        tone,
        is_first,
        usual_from,
        upper as usual_to,
        {{ value_text('value', 'unit', 'currency') }}
        || ' instead of the expected ' || {{ value_text('expected_value', 'unit', 'currency') }}
        || ' (usual: ' || {{ value_text('usual_from', 'unit', 'currency') }}
        || ' to ' || {{ value_text('upper', 'unit', 'currency') }} || '): '
        || {{ off_text('value', 'expected_value', 'unit') }}
        || case tone when 'better' then ', which is better' when 'worse' then ', which is worse' else '' end
        || '. Compared with ' || compared_with || '.' as anomaly_reason
    from described
)

select * from final
