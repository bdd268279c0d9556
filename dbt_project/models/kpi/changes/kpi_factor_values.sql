-- KPIs that are products (of sessions, orders per session and order value, say) and their factors, in both periods of a
-- comparison. Position 0 is the product itself. Only in sets in which every factor may be read.
with products as (
    select * from {{ ref('kpi_products') }}
),

kpi_parts as (
    select * from {{ ref('kpi_parts') }}
),

keys as (
    select * from {{ ref('kpi_keys') }}
),

legal as (
    select * from {{ ref('kpi_legal') }}
),

segments as (
    select * from {{ ref('kpi_segments') }}
),

periods as (
    select * from {{ ref('int_periods') }}
),

compared as (
    select * from {{ ref('kpi_change_periods') }}
    where has_factors
),

unfed as (
    select * from {{ ref('kpi_unfed') }}
),

quality as (
    select * from {{ ref('kpi_period_quality') }}
    where platform = '(all)'
),

numbered as (
    select
        legal.kpi_id,
        legal.kpi_version,
        legal.period_grain,
        legal.segment_set,
        keys.kpi_no,
        keys.is_ratio,
        instr(' ' || keys.personal_sets || ' ', ' ' || legal.segment_set || ' ') > 0 as is_personal,
        max(legal.kpi_version) over (partition by legal.kpi_id) as newest_version
    from legal
    inner join keys
        on keys.kpi_id = legal.kpi_id
        and keys.kpi_version = legal.kpi_version
        and keys.attribution_basis = legal.attribution_basis
        and keys.date_basis = legal.date_basis
),

-- Factors are made of the newest version of other KPIs.
newest as (
    select * from numbered
    where kpi_version = newest_version
        and not is_personal
),

sides_of_factors as (
    select kpi_id, kpi_version, position, 'above' as side, numerator_kpi as part_kpi, numerator_part as part from products
    union all
    select kpi_id, kpi_version, position, 'below', denominator_kpi, denominator_part from products
    where denominator_kpi is not null
),

parts_of_factors as (
    select
        numbered.kpi_no,
        numbered.is_ratio,
        numbered.period_grain,
        numbered.segment_set,
        sides_of_factors.position,
        sides_of_factors.side,
        newest.kpi_no as part_kpi_no,
        sides_of_factors.part,
        count(*) over (partition by numbered.kpi_no, numbered.period_grain, numbered.segment_set) as wanted,
        count(newest.kpi_no) over (partition by numbered.kpi_no, numbered.period_grain, numbered.segment_set) as there
    from sides_of_factors
    inner join numbered
        on numbered.kpi_id = sides_of_factors.kpi_id
        and numbered.kpi_version = sides_of_factors.kpi_version
        and not numbered.is_personal
    left join newest
        on newest.kpi_id = sides_of_factors.part_kpi
        and newest.period_grain = numbered.period_grain
        and newest.segment_set = numbered.segment_set
),

parts_of_all as (
    select kpi_no, period_grain, segment_set, position, side, part_kpi_no, part
    from parts_of_factors
    where wanted = there
    union all
    select distinct kpi_no, period_grain, segment_set, 0, 'above', kpi_no, 'num'
    from parts_of_factors
    where wanted = there
    union all
    select distinct kpi_no, period_grain, segment_set, 0, 'below', kpi_no, 'den'
    from parts_of_factors
    where wanted = there
        and is_ratio
),

changes as (
    select
        now.kpi_no,
        periods.period_grain,
        segments.segment_set,
        compared.comparison,
        compared.period_no,
        compared.base_no,
        now.cell_no
    from kpi_parts as now
    inner join segments on segments.cell_no = now.cell_no
    inner join periods on periods.period_no = now.period_no
    inner join compared
        on compared.segment_set = segments.segment_set
        and compared.period_no = now.period_no
    inner join kpi_parts as earlier
        on earlier.kpi_no = now.kpi_no
        and earlier.cell_no = now.cell_no
        and earlier.period_no = compared.base_no
),

-- A tenth of the KPIs is part of a product.
parts_of_any as (
    select * from kpi_parts
    where kpi_no in (select part_kpi_no from parts_of_all)
),

amounts as (
    {%- for part, column in [('num', 'numerator'), ('den', 'denominator'), ('n', 'n')] %}
    select kpi_no, period_no, cell_no, '{{ part }}' as part, {{ column }} as amount from parts_of_any
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

contributions as (
    {%- for own_no, period in [('base_no', 0), ('period_no', 1)] %}
    select
        changes.kpi_no,
        changes.segment_set,
        changes.comparison,
        changes.period_no,
        changes.base_no,
        changes.cell_no,
        parts_of_all.position,
        parts_of_all.side || '{{ period }}' as place,
        coalesce(amounts.amount, 0) as amount,
        unfed.kpi_no is not null or coalesce(quality.is_missing, false) as is_missing,
        coalesce(quality.settled_share, cast(1 as double)) < 1 as is_provisional
    from changes
    inner join parts_of_all
        on parts_of_all.kpi_no = changes.kpi_no
        and parts_of_all.period_grain = changes.period_grain
        and parts_of_all.segment_set = changes.segment_set
    left join amounts
        on amounts.kpi_no = parts_of_all.part_kpi_no
        and amounts.part = parts_of_all.part
        and amounts.period_no = changes.{{ own_no }}
        and amounts.cell_no = changes.cell_no
    left join quality
        on quality.kpi_no = parts_of_all.part_kpi_no
        and quality.period_no = changes.{{ own_no }}
    left join unfed
        on unfed.kpi_no = parts_of_all.part_kpi_no
        and unfed.period_no = changes.{{ own_no }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

summed as (
    select
        kpi_no,
        segment_set,
        comparison,
        period_no,
        base_no,
        cell_no,
        position,
        {%- for place in ['above0', 'below0', 'above1', 'below1'] %}
        sum(case when place = '{{ place }}' then amount end) as {{ place }},
        {%- endfor %}
        bool_or(is_missing) as is_missing,
        bool_or(is_provisional) as is_provisional
    from contributions
    group by kpi_no, segment_set, comparison, period_no, base_no, cell_no, position
),

final as (
    select
        kpi_no,
        segment_set,
        comparison,
        period_no,
        base_no,
        cell_no,
        position,
        -- No row below the line: the factor is an amount.
        case when below0 is null then cast(above0 as double) else {{ ratio('above0', 'below0') }} end as value0,
        case when below1 is null then cast(above1 as double) else {{ ratio('above1', 'below1') }} end as value1,
        is_missing,
        is_provisional
    from summed
)

select * from final
