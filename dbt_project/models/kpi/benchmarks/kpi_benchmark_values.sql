-- The benchmark of the values that have one: its median, and where the value stands in it.
with fits as (
    select * from {{ ref('kpi_benchmark_fits') }}
),

cells as (
    select * from {{ ref('kpi_cells') }}
),

periods as (
    select * from {{ ref('int_periods') }}
),

final as (
    select
        cells.kpi_no,
        cells.period_no,
        cells.cell_no,
        fits.p50 as benchmark_value,
        {{ percentile_among('cells.value', 'fits') }} as benchmark_percentile
    from cells
    inner join fits
        on fits.kpi_no = cells.kpi_no
        and fits.cell_no = cells.cell_no
    inner join periods
        on periods.period_no = cells.period_no
        and periods.period_grain = fits.period_grain
)

select * from final
