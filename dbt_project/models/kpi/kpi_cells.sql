-- One row per KPI, period and cell: divided last, with interval, flags and what the sources' state says about it.
with clock as (
    select * from {{ ref('int_clock') }}
),

parts as (
    select * from {{ ref('kpi_parts') }}
),

keys as (
    select * from {{ ref('kpi_keys') }}
),

segments as (
    select * from {{ ref('kpi_segments') }}
),

paid_channels as (
    select channel from {{ ref('channels') }}
    where is_paid
),

quality as (
    select * from {{ ref('kpi_period_quality') }}
),

-- A platform that is a source of its own speaks for its own rows.
own_quality as (
    select * from quality
    where platform <> '(all)'
),

unfed as (
    select * from {{ ref('kpi_unfed') }}
),

zones as (
    select * from {{ ref('kpi_zones') }}
),

described as (
    select
        parts.kpi_no,
        parts.period_no,
        parts.cell_no,
        parts.numerator,
        parts.denominator,
        parts.sum_squares,
        parts.n,
        coalesce(parts.denominator, 0) as people,
        keys.is_share,
        segments.segment_set,
        segments.other_cell_no,
        clock.privacy_k,
        instr(' ' || keys.personal_sets || ' ', ' ' || segments.segment_set || ' ') > 0 as is_personal
    from parts
    inner join keys on keys.kpi_no = parts.kpi_no
    inner join segments on segments.cell_no = parts.cell_no
    left join paid_channels on paid_channels.channel = segments.channel
    cross join clock
    -- Where a KPI is about paid channels, what belongs to no channel is in the total only.
    where not keys.is_paid_only
        or segments.channel = '(all)'
        or paid_channels.channel is not null
),

-- Personal cells from the smallest up, with the people of the smaller ones.
personal_ranked as (
    select
        described.*,
        coalesce(sum(described.people) over (
            partition by described.kpi_no, described.period_no, described.segment_set
            order by
                described.people nulls last
                {%- for dimension in dimensions() %}, segments.{{ dimension }} nulls last{% endfor %}
            rows between unbounded preceding and 1 preceding
        ), 0) as people_in_smaller
    from described
    inner join segments on segments.cell_no = described.cell_no
    where described.is_personal
),

-- Cells of fewer than k people become `(other)`, both parts alike (rule G13). The total is published: `(other)` is what the
-- named cells leave of it. So it takes the next larger cells too, until it holds k people itself.
personal_merged as (
    select
        personal_ranked.*,
        case
            when people < privacy_k or (people_in_smaller > 0 and people_in_smaller < privacy_k) then other_cell_no
            else cell_no
        end as shown_cell_no
    from personal_ranked
),

personal as (
    select
        kpi_no,
        period_no,
        shown_cell_no as cell_no,
        sum(numerator) as numerator,
        sum(denominator) as denominator,
        sum(sum_squares) as sum_squares,
        sum(n) as n
    from personal_merged
    group by kpi_no, period_no, shown_cell_no
),

-- A share divides by all cells of its period and set.
shares as (
    select
        kpi_no,
        period_no,
        cell_no,
        numerator,
        sum(numerator) over (partition by kpi_no, period_no, segment_set) as denominator,
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
    select kpi_no, period_no, cell_no, numerator, denominator, sum_squares, n
    from described
    where not is_share
        and not is_personal
),

judged as (
    select
        floored.kpi_no,
        floored.period_no,
        floored.cell_no,
        keys.class,
        keys.unit,
        keys.interval_kind,
        keys.is_ratio,
        keys.is_stock,
        keys.has_own_cases,
        keys.min_n,
        floored.numerator,
        floored.denominator,
        floored.sum_squares,
        floored.n,
        coalesce(own.is_missing, everybody.is_missing, false) or unfed.kpi_no is not null as is_missing,
        coalesce(own.settled_share, everybody.settled_share, cast(1 as double)) as settled_share,
        coalesce(own_zone.tz_mismatch, all_zones.tz_mismatch, false) as tz_mismatch
    from floored
    inner join keys on keys.kpi_no = floored.kpi_no
    inner join segments on segments.cell_no = floored.cell_no
    left join own_quality as own
        on own.kpi_no = floored.kpi_no
        and own.period_no = floored.period_no
        and own.platform = segments.platform
    left join quality as everybody
        on everybody.kpi_no = floored.kpi_no
        and everybody.period_no = floored.period_no
        and everybody.platform = '(all)'
    left join unfed
        on unfed.kpi_no = floored.kpi_no
        and unfed.period_no = floored.period_no
    left join zones as own_zone
        on own_zone.kpi_no = floored.kpi_no
        and own_zone.platform = segments.platform
    left join zones as all_zones
        on all_zones.kpi_no = floored.kpi_no
        and all_zones.platform = '(all)'
),

-- Nothing is 0 where all days were loaded, and stays nothing where one was not; a stock that nobody counted is not 0.
filled as (
    select
        kpi_no,
        period_no,
        cell_no,
        class,
        unit,
        interval_kind,
        is_ratio,
        has_own_cases,
        min_n,
        is_missing,
        settled_share,
        tz_mismatch,
        cast(case when is_missing or is_stock then numerator else coalesce(numerator, 0) end as double) as numerator,
        cast(
            case
                when not is_ratio then null
                when is_missing or is_stock then denominator
                else coalesce(denominator, 0)
            end as double
        ) as denominator,
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
        case
            when has_own_cases then coalesce(n, 0)
            when is_ratio then denominator
            when unit in ('count', 'people') then numerator
        end as cases
    from filled
),

final as (
    select
        kpi_no,
        period_no,
        cell_no,
        class,
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
