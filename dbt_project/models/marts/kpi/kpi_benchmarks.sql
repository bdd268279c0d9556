-- Where the last complete period of each total (and of each platform, where a KPI has no total) stands: in the benchmark
-- that fits it, else among its own earlier periods.
with clock as (
    select * from {{ ref('int_clock') }}
),

keys as (
    select * from {{ ref('kpi_keys') }}
),

legal as (
    select
        kpi_id,
        kpi_version,
        attribution_basis,
        date_basis,
        case when max(case when segment_set = 'total' then 1 else 0 end) = 1 then 'total' else 'platform' end as segment_set
    from {{ ref('kpi_legal') }}
    where segment_set in ('total', 'platform')
    group by kpi_id, kpi_version, attribution_basis, date_basis
),

fits as (
    select * from {{ ref('kpi_benchmark_fits') }}
),

standing as (
    select * from {{ ref('kpi_benchmark_values') }}
),

segments as (
    select * from {{ ref('kpi_segments') }}
),

periods as (
    select * from {{ ref('int_periods') }}
    where not is_open_period
),

last_periods as (
    select period_grain, max(period_no) as period_no
    from periods
    group by period_grain
),

-- Cells to be placed.
series as (
    select keys.kpi_no, segments.cell_no
    from keys
    inner join legal
        on legal.kpi_id = keys.kpi_id
        and legal.kpi_version = keys.kpi_version
        and legal.attribution_basis = keys.attribution_basis
        and legal.date_basis = keys.date_basis
    inner join segments on segments.segment_set = legal.segment_set
    union
    select kpi_no, cell_no from fits
),

known as (
    select
        cells.kpi_no,
        cells.cell_no,
        cells.period_no,
        periods.period_grain,
        periods.period_start,
        cells.value
    from {{ ref('kpi_cells') }} as cells
    inner join series
        on series.kpi_no = cells.kpi_no
        and series.cell_no = cells.cell_no
    inner join periods on periods.period_no = cells.period_no
    where cells.value is not null
),

latest as (
    select known.*
    from known
    inner join last_periods on last_periods.period_no = known.period_no
),

histories as (
    select
        latest.kpi_no,
        latest.cell_no,
        latest.period_no,
        count(earlier.value) as past_periods,
        sum(case
            when earlier.value < latest.value then cast(1 as double)
            when earlier.value = latest.value then cast(0.5 as double)
            else cast(0 as double)
        end) as lower_periods
    from latest
    inner join known as earlier
        on earlier.kpi_no = latest.kpi_no
        and earlier.cell_no = latest.cell_no
        and earlier.period_grain = latest.period_grain
        and earlier.period_no < latest.period_no
    group by latest.kpi_no, latest.cell_no, latest.period_no
),

final as (
    select
        keys.kpi_id,
        keys.kpi_version,
        latest.period_grain,
        latest.period_start,
        segments.segment_set,
        segments.platform,
        segments.channel,
        keys.attribution_basis,
        keys.date_basis,
        case when keys.unit = 'money' then clock.reporting_currency else 'none' end as currency,
        latest.value,
        case
            when fits.kpi_no is not null then standing.benchmark_percentile
            when histories.past_periods >= 8 then {{ ratio('histories.lower_periods', 'histories.past_periods') }}
        end as percentile,
        case
            when fits.kpi_no is not null then 'benchmark'
            when histories.past_periods >= 8 then 'history'
            else 'none'
        end as percentile_basis,
        cast(coalesce(histories.past_periods, 0) as integer) as past_periods,
        fits.source as benchmark_source,
        fits.source_date as benchmark_date,
        fits.sector as benchmark_sector,
        fits.company_size as benchmark_company_size,
        fits.country as benchmark_country,
        {%- for percentile in percentiles() %}
        fits.p{{ percentile }}{{ ',' if not loop.last }}
        {%- endfor %}
    from latest
    inner join keys on keys.kpi_no = latest.kpi_no
    inner join segments on segments.cell_no = latest.cell_no
    left join fits
        on fits.kpi_no = latest.kpi_no
        and fits.cell_no = latest.cell_no
        and fits.period_grain = latest.period_grain
    left join standing
        on standing.kpi_no = latest.kpi_no
        and standing.cell_no = latest.cell_no
        and standing.period_no = latest.period_no
    left join histories
        on histories.kpi_no = latest.kpi_no
        and histories.cell_no = latest.cell_no
        and histories.period_no = latest.period_no
    cross join clock
)

select * from final
