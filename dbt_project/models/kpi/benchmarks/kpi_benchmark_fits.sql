-- The benchmark that each cell is compared with: of the same definition, for a company like this one, the most specific and
-- then the newest. Amounts are converted at the rate of the benchmark's own date. Counts and amounts of a period are only
-- compared with those of the same grain; the ratios of any.
with clock as (
    select * from {{ ref('int_clock') }}
),

company as (
    select
        max(sector) as sector,
        max(company_size) as company_size,
        max(country) as country
    from {{ source('raw_config', 'company') }}
),

benchmarks as (
    select
        benchmarks.*,
        case
            when benchmarks.platform <> '(all)' then 'platform'
            when benchmarks.channel <> '(all)' then 'channel'
            else 'total'
        end as segment_set
    from {{ source('raw_config', 'benchmarks') }} as benchmarks
),

keys as (
    select * from {{ ref('kpi_keys') }}
),

versions as (
    select kpi_id, max(kpi_version) as kpi_version
    from keys
    group by kpi_id
),

legal as (
    select * from {{ ref('kpi_legal') }}
),

segments as (
    select * from {{ ref('kpi_segments') }}
),

rates as (
    select * from {{ ref('int_fx_daily') }}
),

candidates as (
    select
        keys.kpi_no,
        segments.cell_no,
        legal.period_grain,
        benchmarks.source,
        benchmarks.source_date,
        benchmarks.sector,
        benchmarks.company_size,
        benchmarks.country,
        {%- for percentile in percentiles() %}
        benchmarks.p{{ percentile }} * case when keys.unit = 'money' then cast(rates.rate as double) else 1 end as p{{ percentile }},
        {%- endfor %}
        {%- for trait in ['sector', 'company_size', 'country', 'period_grain'] %}
        case when benchmarks.{{ trait }} = '(any)' then 0 else 1 end as names_{{ trait }}{{ ',' if not loop.last }}
        {%- endfor %}
    from benchmarks
    cross join company
    cross join clock
    inner join versions
        on versions.kpi_id = benchmarks.kpi_id
        and versions.kpi_version = benchmarks.kpi_version
    inner join legal
        on legal.kpi_id = versions.kpi_id
        and legal.kpi_version = versions.kpi_version
        and legal.segment_set = benchmarks.segment_set
    inner join keys
        on keys.kpi_id = legal.kpi_id
        and keys.kpi_version = legal.kpi_version
        and keys.attribution_basis = legal.attribution_basis
        and keys.date_basis = legal.date_basis
    inner join segments
        on segments.segment_set = benchmarks.segment_set
        and segments.platform = benchmarks.platform
        and segments.channel = benchmarks.channel
    left join rates
        on rates.currency = benchmarks.unit
        and rates.date = benchmarks.source_date
    where benchmarks.source_date <= clock.data_until
        {%- for trait in ['sector', 'company_size', 'country'] %}
        and (benchmarks.{{ trait }} = '(any)' or benchmarks.{{ trait }} = company.{{ trait }})
        {%- endfor %}
        and (benchmarks.period_grain = legal.period_grain or (benchmarks.period_grain = '(any)' and keys.is_ratio))
        and case when keys.unit = 'money' then rates.rate is not null else benchmarks.unit = keys.unit end
),

ranked as (
    select
        candidates.*,
        row_number() over (
            partition by kpi_no, cell_no, period_grain
            order by
                names_sector + names_company_size + names_country desc nulls last,
                names_sector desc nulls last,
                names_company_size desc nulls last,
                names_period_grain desc nulls last,
                source_date desc nulls last,
                source nulls last
        ) as fit_order
    from candidates
),

final as (
    select
        kpi_no,
        cell_no,
        period_grain,
        source,
        source_date,
        sector,
        company_size,
        country,
        {%- for percentile in percentiles() %}
        p{{ percentile }}{{ ',' if not loop.last }}
        {%- endfor %}
    from ranked
    where fit_order = 1
)

select * from final
