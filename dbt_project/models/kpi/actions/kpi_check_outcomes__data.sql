-- Whether the data behind a proposal can be trusted. `found` points to something, `ok` to nothing.
{{ config(materialized='view') }}
{% set s = anomaly_settings() %}
with checks as (
    select * from {{ ref('kpi_checks') }}
    where kind in ('sources', 'tracking', 'definition', 'duplicates', 'settled', 'unmeasured')
),

quality as (
    select * from {{ ref('kpi_period_quality') }}
    where platform = '(all)'
),

periods as (
    select * from {{ ref('int_periods') }}
),

cells as (
    select * from {{ ref('kpi_cells') }}
),

keys as (
    select * from {{ ref('kpi_keys') }}
),

definitions as (
    select * from {{ ref('kpi_definitions') }}
),

expectations as (
    select * from {{ ref('kpi_expectations') }}
),

kpi_sources as (
    select distinct kpi_no, source from {{ ref('kpi_sources') }}
),

source_days as (
    select * from {{ source('raw_ops', 'source_days') }}
),

gaps as (
    select
        checks.action_id,
        count(*) as missing_periods
    from checks
    inner join quality
        on quality.kpi_no = checks.kpi_no
        and quality.period_no between checks.period_no - {{ s.baseline_cycles }} and checks.period_no
    inner join periods
        on periods.period_no = quality.period_no
        and periods.period_grain = checks.period_grain
    where checks.kind = 'sources'
        and quality.is_missing
    group by checks.action_id
),

lacking as (
    select
        checks.action_id,
        source_days.source,
        count(*) as days
    from checks
    inner join periods
        on periods.period_no = checks.period_no - {{ s.baseline_cycles }}
        and periods.period_grain = checks.period_grain
    inner join kpi_sources on kpi_sources.kpi_no = checks.kpi_no
    inner join source_days
        on source_days.source = kpi_sources.source
        and source_days.date between periods.period_start and checks.period_end
    where checks.kind = 'sources'
        and not source_days.is_loaded
    group by checks.action_id, source_days.source
),

-- The source that lacks most days of those periods.
most_lacking as (
    select
        *,
        row_number() over (partition by action_id order by days desc nulls last, source nulls last) as position
    from lacking
),

-- What a change of the tracking moves, it moves together: the KPIs of one source, in the same cell and period. What is
-- loaded twice doubles every sum of the source.
beside as (
    select
        checks.action_id,
        own.source,
        count(distinct keys.kpi_id) as kpi_count,
        count(distinct case when expectations.is_anomaly then keys.kpi_id end) as jumped_count,
        count(distinct case when not keys.is_ratio then keys.kpi_id end) as sum_count,
        count(
            distinct case
                when not keys.is_ratio
                    and {{ ratio('expectations.value', 'expectations.expected_value') }} between 1.8 and 2.2 then keys.kpi_id
            end
        ) as doubled_count
    from checks
    inner join kpi_sources as own on own.kpi_no = checks.kpi_no
    inner join kpi_sources as others on others.source = own.source
    inner join expectations
        on expectations.kpi_no = others.kpi_no
        and expectations.cell_no = checks.cell_no
        and expectations.period_no = checks.period_no
    inner join keys on keys.kpi_no = others.kpi_no
    where checks.kind = 'tracking'
    group by checks.action_id, own.source
),

worst_beside as (
    select
        *,
        row_number() over (
            partition by action_id
            order by {{ ratio('jumped_count', 'kpi_count') }} desc nulls last, jumped_count desc nulls last, source nulls last
        ) as position
    from beside
),

described as (
    select
        checks.action_id,
        checks.check_no,
        checks.kind,
        checks.note,
        checks.period_grain,
        coalesce(gaps.missing_periods, 0) as missing_periods,
        most_lacking.source as lacking_source,
        worst_beside.source,
        worst_beside.kpi_count,
        worst_beside.jumped_count,
        worst_beside.sum_count,
        worst_beside.doubled_count,
        definitions.valid_from,
        definitions.valid_from between first_compared.period_start and checks.period_end as is_redefined,
        definitions.additivity = 'R' as is_ratio,
        {{ ratio('checks.value', 'checks.expected_value') }} as times_expected,
        coalesce(cells.settled_share, cast(1 as double)) as settled_share
    from checks
    inner join definitions
        on definitions.kpi_id = checks.kpi_id
        and definitions.kpi_version = checks.kpi_version
    left join gaps on gaps.action_id = checks.action_id
    left join most_lacking
        on most_lacking.action_id = checks.action_id
        and most_lacking.position = 1
    left join worst_beside
        on worst_beside.action_id = checks.action_id
        and worst_beside.position = 1
    left join periods as first_compared
        on first_compared.period_no = checks.period_no - {{ s.baseline_cycles }}
        and first_compared.period_grain = checks.period_grain
    left join cells
        on cells.kpi_no = checks.kpi_no
        and cells.cell_no = checks.cell_no
        and cells.period_no = checks.period_no
),

final as (
    select
        action_id,
        check_no,
        case
            when kind = 'unmeasured' then 'not_available'
            when kind = 'sources' and missing_periods > 0 then 'found'
            when kind = 'tracking' and kpi_count is null then 'not_available'
            when kind = 'tracking' and jumped_count >= 3 and 2 * jumped_count >= kpi_count then 'found'
            when kind = 'definition' and is_redefined then 'found'
            when kind = 'duplicates' and not is_ratio and times_expected between 1.8 and 2.2 and doubled_count >= 2 and 2 * doubled_count >= sum_count
                then 'found'
            when kind = 'settled' and settled_share < 1 then 'found'
            else 'ok'
        end as outcome,
        case kind
            when 'unmeasured' then note
            when 'sources' then
                {{ fixed_text('missing_periods', 0) }} || ' of the last {{ s.baseline_cycles + 1 }} ' || period_grain
                || 's miss a day of a source'
            when 'tracking' then coalesce(
                {{ fixed_text('jumped_count', 0) }} || ' of ' || {{ fixed_text('kpi_count', 0) }} || ' KPIs of ' || source
                || ' jumped here',
                'no other KPI of its sources was judged here'
            )
            when 'definition' then
                case when is_redefined then 'a new definition is valid from ' else 'the definition is the same since ' end
                || cast(valid_from as {{ dbt.type_string() }})
            when 'duplicates' then case
                when is_ratio then 'rows loaded twice would double both sides, so they are not the reason'
                else coalesce(
                    {{ fixed_text('times_expected', 2) }} || ' times the expected; about twice in '
                    || {{ fixed_text('doubled_count', 0) }} || ' of ' || {{ fixed_text('sum_count', 0) }} || ' sums of ' || source,
                    'nothing was expected'
                )
            end
            else {{ fixed_text('settled_share * 100', 0) }} || ' % of the days are settled'
        end as finding,
        case
            when kind = 'sources' and missing_periods > 0 then lacking_source
            when kind = 'definition' then cast(valid_from as {{ dbt.type_string() }})
            when kind = 'tracking' or (kind = 'duplicates' and not is_ratio) then source
            when kind = 'unmeasured' then note
        end as found_name,
        cast(case
            when kind = 'sources' then missing_periods
            when kind = 'tracking' then jumped_count
            when kind = 'duplicates' and not is_ratio then doubled_count
        end as double) as found_value,
        cast(case
            when kind = 'sources' then {{ s.baseline_cycles + 1 }}
            when kind = 'tracking' then kpi_count
            when kind = 'duplicates' and not is_ratio then sum_count
        end as double) as found_base,
        case kind when 'duplicates' then times_expected when 'settled' then settled_share end as found_share,
        cast(null as integer) as kpi_no,
        cast(null as integer) as cell_no,
        cast(null as integer) as period_no
    from described
)

select * from final
