-- Each change split by segment, exactly: of a ratio into rate, mix and interaction (catalogue section 4, "Share and mix
-- change"; a segment that is new, gone or without denominator is mix), of a sum into differences. Where the policy keeps
-- only the largest, the others are one `(other)`, so that the parts still add up.
with cells as (
    select * from {{ ref('kpi_change_cells') }}
),

keys as (
    select * from {{ ref('kpi_keys') }}
),

compared as (
    select * from {{ ref('kpi_change_periods') }}
),

shares as (
    select
        cells.*,
        keys.is_ratio,
        compared.top_segments,
        {{ ratio('cells.d0', 'cells.total_d0') }} as weight0,
        {{ ratio('cells.d1', 'cells.total_d1') }} as weight1,
        {{ ratio('cells.n0', 'cells.d0') }} as rate0,
        {{ ratio('cells.n1', 'cells.d1') }} as rate1,
        {{ ratio('cells.n0', 'cells.total_d0') }} as contribution0,
        {{ ratio('cells.n1', 'cells.total_d1') }} as contribution1,
        {{ ratio('cells.total_n0', 'cells.total_d0') }} as total_rate0,
        {{ ratio('cells.total_n1', 'cells.total_d1') }} as total_rate1
    from cells
    inner join keys on keys.kpi_no = cells.kpi_no
    inner join compared
        on compared.segment_set = cells.segment_set
        and compared.comparison = cells.comparison
        and compared.period_no = cells.period_no
),

split as (
    select
        *,
        case when is_ratio then total_rate0 else cast(total_n0 as double) end as total0,
        case when is_ratio then total_rate1 else cast(total_n1 as double) end as total1,
        case
            when not is_ratio then null
            when d0 <> 0 and d1 <> 0 then weight0 * (rate1 - rate0)
            else 0
        end as rate_effect,
        case
            when not is_ratio then null
            when d0 <> 0 and d1 <> 0 then (weight1 - weight0) * (rate0 - total_rate0)
            else contribution1 - contribution0 - (weight1 - weight0) * total_rate0
        end as mix_effect,
        case
            when not is_ratio then null
            when d0 <> 0 and d1 <> 0 then (weight1 - weight0) * (rate1 - rate0)
            else 0
        end as interaction_effect
    from shares
    -- A total without denominator has no value and no change.
    where not is_ratio
        or (total_d0 <> 0 and total_d1 <> 0)
),

effects as (
    select
        *,
        case
            when is_ratio then rate_effect + mix_effect + interaction_effect else cast(n1 - n0 as double)
        end as effect,
        cell_no = other_cell_no as is_rest
    from split
),

-- Effects that differ by rounding alone are equally large; cells are numbered by name.
sized as (
    select
        *,
        round(abs(effect), 9) as effect_size
    from effects
),

ranked as (
    select
        *,
        row_number() over (
            partition by kpi_no, segment_set, comparison, period_no
            order by is_rest nulls last, effect_size desc nulls last, cell_no nulls last
        ) as position
    from sized
),

shown as (
    select
        *,
        case when position <= coalesce(top_segments, position) then cell_no else other_cell_no end as shown_cell_no
    from ranked
),

merged as (
    select
        kpi_no,
        segment_set,
        comparison,
        period_no,
        base_no,
        shown_cell_no as cell_no,
        is_provisional,
        is_ratio,
        total0,
        total1,
        {%- for column in ['n0', 'd0', 'n1', 'd1', 'rate_effect', 'mix_effect', 'interaction_effect', 'effect'] %}
        sum({{ column }}) as {{ column }},
        {%- endfor %}
        round(abs(sum(effect)), 9) as effect_size
    from shown
    group by
        kpi_no,
        segment_set,
        comparison,
        period_no,
        base_no,
        shown_cell_no,
        is_provisional,
        is_ratio,
        total0,
        total1
),

final as (
    select
        kpi_no,
        segment_set,
        comparison,
        period_no,
        base_no,
        cell_no,
        cast(n0 as double) as n0,
        case when is_ratio then cast(d0 as double) end as d0,
        cast(n1 as double) as n1,
        case when is_ratio then cast(d1 as double) end as d1,
        total0,
        total1,
        case when is_ratio then {{ ratio('n0', 'd0') }} else cast(n0 as double) end as value0,
        case when is_ratio then {{ ratio('n1', 'd1') }} else cast(n1 as double) end as value1,
        rate_effect,
        mix_effect,
        interaction_effect,
        effect,
        {{ ratio('effect', moved('total1', 'total0')) }} as share_of_change,
        cast(
            row_number() over (
                partition by kpi_no, segment_set, comparison, period_no
                order by effect_size desc nulls last, cell_no nulls last
            ) as integer
        ) as effect_rank,
        is_provisional
    from merged
)

select * from final
