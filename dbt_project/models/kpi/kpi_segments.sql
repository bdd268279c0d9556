-- The cells that measures exist in: one row per segment set and values of its dimensions, with the cell that a small
-- personal cell is merged into.
with measured as (
    select distinct segment_set, {{ dimensions() | join(', ') }} from {{ ref('measure_values') }}
),

segment_sets as (
    select * from {{ ref('segment_sets') }}
),

-- Every set has its `(other)`, and the total, which KPIs entered by hand need, is there even if nothing was measured.
others as (
    select
        segment_set,
        {%- for dimension in dimensions() %}
        case when by_{{ dimension }} = 1 then '(other)' else '(all)' end as {{ dimension }}{{ ',' if not loop.last }}
        {%- endfor %}
    from segment_sets
),

cells as (
    select * from measured
    union
    select * from others
),

numbered as (
    select
        cells.*,
        cast(
            row_number() over (
                order by segment_set nulls last{% for dimension in dimensions() %}, {{ dimension }} nulls last{% endfor %}
            ) as integer
        ) as cell_no
    from cells
),

final as (
    select
        numbered.cell_no,
        numbered.segment_set,
        {{ dimension_list('numbered') }},
        merged.cell_no as other_cell_no,
        segment_sets.is_dense = 1 as is_dense,
        '(other)' in (numbered.{{ dimensions() | join(', numbered.') }}) as is_other
    from numbered
    inner join segment_sets on segment_sets.segment_set = numbered.segment_set
    inner join others on others.segment_set = numbered.segment_set
    inner join numbered as merged
        on merged.segment_set = others.segment_set
        {%- for dimension in dimensions() %}
        and merged.{{ dimension }} = others.{{ dimension }}
        {%- endfor %}
)

select * from final
