-- One row per KPI, period and cell: divided last, with interval, flags and what the sources' state says about it.
with clock as (
    select * from {{ ref('int_clock') }}
),

parts as (
    select * from {{ ref('kpi_parts') }}
),

definitions as (
    select * from {{ ref('kpi_definitions') }}
),

paid_channels as (
    select channel from {{ ref('channels') }}
    where is_paid
),

quality as (
    select * from {{ ref('kpi_period_quality') }}
),

zones as (
    select * from {{ ref('kpi_zones') }}
),

described as (
    select
        parts.kpi_id,
        parts.kpi_version,
        parts.period_grain,
        parts.period_start,
        parts.segment_set,
        {{ dimension_list('parts') }},
        parts.attribution_basis,
        parts.date_basis,
        parts.numerator,
        parts.denominator,
        parts.sum_squares,
        parts.n,
        definitions.class,
        definitions.unit,
        definitions.interval_kind,
        definitions.additivity = 'R' as is_ratio,
        definitions.is_share = 1 as is_share,
        coalesce(definitions.min_n, clock.min_n) as min_n,
        clock.privacy_k,
        instr(' ' || coalesce(definitions.personal_sets, '') || ' ', ' ' || parts.segment_set || ' ') > 0 as is_personal
    from parts
    inner join definitions
        on definitions.kpi_id = parts.kpi_id
        and definitions.kpi_version = parts.kpi_version
    left join paid_channels on paid_channels.channel = parts.channel
    cross join clock
    -- Where a KPI is about paid channels, what belongs to no channel is in the total only.
    where definitions.is_paid_only = 0
        or parts.channel = '(all)'
        or paid_channels.channel is not null
),

-- Personal cells of fewer than k people become `(other)`, both parts alike (rule G13).
personal as (
    select
        kpi_id, kpi_version, period_grain, period_start, segment_set,
        {%- for dimension in dimensions() %}
        case when {{ dimension }} <> '(all)' and coalesce(denominator, 0) < privacy_k then '(other)' else {{ dimension }} end
            as {{ dimension }},
        {%- endfor %}
        attribution_basis, date_basis, class, unit, interval_kind, is_ratio, min_n,
        sum(numerator) as numerator,
        sum(denominator) as denominator,
        sum(sum_squares) as sum_squares,
        sum(n) as n
    from described
    where is_personal
    group by all
),

-- A share divides by all cells of its period and set.
shares as (
    select
        kpi_id, kpi_version, period_grain, period_start, segment_set,
        {{ dimension_list('described') }},
        attribution_basis, date_basis, class, unit, interval_kind, is_ratio, min_n,
        numerator,
        sum(numerator) over (partition by kpi_id, kpi_version, period_grain, period_start, segment_set) as denominator,
        sum_squares,
        n
    from described
    where is_share
        and not is_personal
),

floored as (
    select * from personal
    union all
    select * from shares
    union all
    select
        kpi_id, kpi_version, period_grain, period_start, segment_set,
        {{ dimension_list('described') }},
        attribution_basis, date_basis, class, unit, interval_kind, is_ratio, min_n,
        numerator, denominator, sum_squares, n
    from described
    where not is_share
        and not is_personal
),

judged as (
    select
        floored.*,
        coalesce(own.is_missing, everybody.is_missing, false) as is_missing,
        coalesce(own.settled_share, everybody.settled_share, cast(1 as double)) as settled_share,
        coalesce(own_zone.tz_mismatch, all_zones.tz_mismatch, false) as tz_mismatch
    from floored
    left join quality as own
        on own.kpi_id = floored.kpi_id
        and own.kpi_version = floored.kpi_version
        and own.period_grain = floored.period_grain
        and own.period_start = floored.period_start
        and own.platform = floored.platform
    left join quality as everybody
        on everybody.kpi_id = floored.kpi_id
        and everybody.kpi_version = floored.kpi_version
        and everybody.period_grain = floored.period_grain
        and everybody.period_start = floored.period_start
        and everybody.platform = '(all)'
    left join zones as own_zone
        on own_zone.kpi_id = floored.kpi_id
        and own_zone.kpi_version = floored.kpi_version
        and own_zone.platform = floored.platform
    left join zones as all_zones
        on all_zones.kpi_id = floored.kpi_id
        and all_zones.kpi_version = floored.kpi_version
        and all_zones.platform = '(all)'
),

-- Nothing is 0 where all days were loaded, and stays nothing where one was not.
filled as (
    select
        kpi_id, kpi_version, period_grain, period_start, segment_set,
        {{ dimension_list('judged') }},
        attribution_basis, date_basis, class, unit, interval_kind, is_ratio, min_n,
        is_missing, settled_share, tz_mismatch,
        cast(case when is_missing then numerator else coalesce(numerator, 0) end as double) as numerator,
        cast(case when not is_ratio then null when is_missing then denominator else coalesce(denominator, 0) end as double)
            as denominator,
        cast(sum_squares as double) as sum_squares,
        cast(n as double) as n
    from judged
),

divided as (
    select
        filled.*,
        case
            when is_missing then null
            when is_ratio then {{ ratio('numerator', 'denominator') }}
            else numerator
        end as value,
        coalesce(n, case when is_ratio then denominator when unit in ('count', 'people') then numerator end) as cases
    from filled
),

final as (
    select
        kpi_id, kpi_version, period_grain, period_start, segment_set,
        {{ dimension_list('divided') }},
        attribution_basis, date_basis, class, unit,
        numerator,
        denominator,
        value,
        cases as n,
        {{ interval_bound('lower') }} as lower,
        {{ interval_bound('upper') }} as upper,
        is_missing,
        settled_share,
        tz_mismatch,
        is_ratio and coalesce(cases, 0) < min_n as is_unreliable
    from divided
)

select * from final
