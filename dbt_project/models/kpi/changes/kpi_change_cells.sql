-- The parts of each segment in both periods of a comparison, beside those of the total, so that a change can be split.
-- Only sets whose segments add up to the total: no distinct people, no claims added over platforms (rule G8), and no
-- personal set, whose small cells could be told from the rest (rule G13). Periods with a missing day, and those in
-- which a measure was not given, are not compared.
with parts as (
    select * from {{ ref('kpi_parts') }}
),

keys as (
    select * from {{ ref('kpi_keys') }}
),

segments as (
    select * from {{ ref('kpi_segments') }}
),

compared as (
    select * from {{ ref('kpi_change_periods') }}
),

quality as (
    select * from {{ ref('kpi_period_quality') }}
    where platform = '(all)'
),

unfed as (
    select * from {{ ref('kpi_unfed') }}
),

addable as (
    select
        parts.kpi_no,
        segments.segment_set,
        parts.period_no,
        parts.cell_no,
        segments.other_cell_no,
        coalesce(parts.numerator, 0) as numerator,
        coalesce(parts.denominator, 0) as denominator
    from parts
    inner join keys on keys.kpi_no = parts.kpi_no
    inner join segments on segments.cell_no = parts.cell_no
    left join unfed
        on unfed.kpi_no = parts.kpi_no
        and unfed.period_no = parts.period_no
    where unfed.kpi_no is null
        and (
            segments.segment_set = 'total'
            or (
                keys.is_partition
                and keys.attribution_basis <> 'platform'
                and instr(' ' || keys.personal_sets || ' ', ' ' || segments.segment_set || ' ') = 0
            )
        )
),

sides as (
    {%- for own_no, now, before in [('period_no', '1', '0'), ('base_no', '0', '1')] %}
    select
        addable.kpi_no,
        addable.segment_set,
        compared.comparison,
        compared.period_no,
        compared.base_no,
        addable.cell_no,
        addable.other_cell_no,
        {{ before }} as is_before,
        {{ now }} as is_now,
        {{ 'addable.numerator' if before == '1' else '0' }} as n0,
        {{ 'addable.denominator' if before == '1' else '0' }} as d0,
        {{ 'addable.numerator' if now == '1' else '0' }} as n1,
        {{ 'addable.denominator' if now == '1' else '0' }} as d1
    from addable
    inner join compared
        on compared.segment_set = addable.segment_set
        and compared.{{ own_no }} = addable.period_no
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

cells as (
    select
        kpi_no,
        segment_set,
        comparison,
        period_no,
        base_no,
        cell_no,
        other_cell_no,
        max(is_before) as is_before,
        max(is_now) as is_now,
        sum(n0) as n0,
        sum(d0) as d0,
        sum(n1) as n1,
        sum(d1) as d1
    from sides
    group by kpi_no, segment_set, comparison, period_no, base_no, cell_no, other_cell_no
),

sums as (
    select
        kpi_no,
        segment_set,
        comparison,
        period_no,
        base_no,
        other_cell_no,
        max(is_before) as is_before,
        max(is_now) as is_now,
        sum(n0) as n0,
        sum(d0) as d0,
        sum(n1) as n1,
        sum(d1) as d1
    from cells
    group by kpi_no, segment_set, comparison, period_no, base_no, other_cell_no
),

totals as (
    select
        keys.kpi_id,
        keys.kpi_version,
        sums.*
    from sums
    inner join keys on keys.kpi_no = sums.kpi_no
    where sums.segment_set = 'total'
),

-- A KPI that has no total of its own has the sum of the set.
comparable as (
    select
        sums.kpi_no,
        sums.segment_set,
        sums.comparison,
        sums.period_no,
        sums.base_no,
        sums.other_cell_no,
        {%- for part in ['n0', 'd0', 'n1', 'd1'] %}
        sums.{{ part }} as sum_{{ part }},
        coalesce(totals.{{ part }}, sums.{{ part }}) as total_{{ part }},
        {%- endfor %}
        coalesce(now.settled_share, cast(1 as double)) < 1
        or coalesce(earlier.settled_share, cast(1 as double)) < 1 as is_provisional
    from sums
    inner join keys on keys.kpi_no = sums.kpi_no
    left join totals
        on totals.kpi_id = keys.kpi_id
        and totals.kpi_version = keys.kpi_version
        and totals.comparison = sums.comparison
        and totals.period_no = sums.period_no
    left join quality as now
        on now.kpi_no = sums.kpi_no
        and now.period_no = sums.period_no
    left join quality as earlier
        on earlier.kpi_no = sums.kpi_no
        and earlier.period_no = sums.base_no
    where coalesce(totals.is_before, sums.is_before) = 1
        and coalesce(totals.is_now, sums.is_now) = 1
        and not coalesce(now.is_missing, false)
        and not coalesce(earlier.is_missing, false)
),

-- What the total has and no segment: platforms leave out of their breakdowns what they cannot place.
rest as (
    select
        kpi_no,
        segment_set,
        comparison,
        period_no,
        other_cell_no as cell_no,
        total_n0 - sum_n0 as n0,
        total_d0 - sum_d0 as d0,
        total_n1 - sum_n1 as n1,
        total_d1 - sum_d1 as d1
    from comparable
),

segments_and_rest as (
    select kpi_no, segment_set, comparison, period_no, cell_no, n0, d0, n1, d1 from cells
    union all
    select kpi_no, segment_set, comparison, period_no, cell_no, n0, d0, n1, d1 from rest
),

final as (
    select
        comparable.kpi_no,
        comparable.segment_set,
        comparable.comparison,
        comparable.period_no,
        comparable.base_no,
        segments_and_rest.cell_no,
        comparable.other_cell_no,
        sum(segments_and_rest.n0) as n0,
        sum(segments_and_rest.d0) as d0,
        sum(segments_and_rest.n1) as n1,
        sum(segments_and_rest.d1) as d1,
        comparable.total_n0,
        comparable.total_d0,
        comparable.total_n1,
        comparable.total_d1,
        comparable.is_provisional
    from segments_and_rest
    inner join comparable
        on comparable.kpi_no = segments_and_rest.kpi_no
        and comparable.segment_set = segments_and_rest.segment_set
        and comparable.comparison = segments_and_rest.comparison
        and comparable.period_no = segments_and_rest.period_no
    group by
        comparable.kpi_no,
        comparable.segment_set,
        comparable.comparison,
        comparable.period_no,
        comparable.base_no,
        segments_and_rest.cell_no,
        comparable.other_cell_no,
        comparable.total_n0,
        comparable.total_d0,
        comparable.total_n1,
        comparable.total_d1,
        comparable.is_provisional
    -- A segment without anything in either period is none.
    having comparable.segment_set = 'total'
        or sum(segments_and_rest.n0) <> 0
        or sum(segments_and_rest.d0) <> 0
        or sum(segments_and_rest.n1) <> 0
        or sum(segments_and_rest.d1) <> 0
)

select * from final
