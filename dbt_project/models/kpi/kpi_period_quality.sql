-- How complete and settled the sources of a KPI are in a period: per KPI and period, for all platforms together
-- and for each platform that is a source's own. Only configured sources count; files and settings have no expected days.
-- Of a day that still settles counts what is usually known at its age, once that is learnt, else nothing.
with clock as (
    select * from {{ ref('int_clock') }}
),

source_days as (
    select * from {{ source('raw_ops', 'source_days') }}
),

source_status as (
    select * from {{ source('raw_ops', 'source_status') }}
    where is_configured
),

settle_days as (
    select * from {{ source('raw_config', 'settle_days') }}
),

period_days as (
    select * from {{ ref('int_period_days') }}
),

periods as (
    select * from {{ ref('int_periods') }}
),

kpi_sources as (
    select * from {{ ref('kpi_sources') }}
),

settling as (
    select * from {{ ref('kpi_settling') }}
),

later as (
    select * from {{ ref('kpi_settle_days') }}
),

settled as (
    select
        source_days.source,
        source_days.date,
        source_days.is_loaded,
        source_days.date < coalesce(
            source_status.provisional_from,
            {{ plus_days('clock.data_until', '1 - coalesce(settle_days.settle_days, 0)') }}
        ) as is_settled,
        {{ days_from('source_days.date', 'coalesce(source_status.data_until, clock.data_until)') }} as age_days
    from source_days
    inner join source_status on source_status.source = source_days.source
    left join settle_days on settle_days.source = source_days.source
    cross join clock
),

source_periods as (
    select
        settled.source,
        period_days.period_grain,
        period_days.period_start,
        bool_or(not settled.is_loaded) as is_missing,
        count(*) as days
    from settled
    inner join period_days on period_days.date = settled.date
    group by settled.source, period_days.period_grain, period_days.period_start
),

feeding as (
    select distinct kpi_no, source from kpi_sources
),

-- Days of a KPI that still settle, and how many of them are known.
open_days as (
    select
        fed.kpi_no,
        settled.source,
        period_days.period_grain,
        period_days.period_start,
        count(*) as days,
        sum(case when settled.is_loaded then coalesce(settling.settled_share, 0) else 0 end) as known_days
    from settled
    inner join feeding as fed on fed.source = settled.source
    left join later
        on later.kpi_no = fed.kpi_no
        and later.source = fed.source
    inner join period_days on period_days.date = settled.date
    left join settling
        on settling.kpi_no = fed.kpi_no
        and settling.source = settled.source
        and settling.age_days = settled.age_days
    where not settled.is_settled
        or settled.age_days < later.settle_days
    group by fed.kpi_no, settled.source, period_days.period_grain, period_days.period_start
),

-- A measure of a year before is as complete as the period that it was counted in.
told_periods as (
    {%- for start in ['period_start', 'previous_year_start'] %}
    select
        source_periods.source,
        periods.period_no,
        {{ 'false' if loop.first else 'true' }} as is_year_ago,
        source_periods.period_grain,
        source_periods.period_start,
        source_periods.is_missing,
        source_periods.days
    from source_periods
    inner join periods
        on periods.period_grain = source_periods.period_grain
        and periods.{{ start }} = source_periods.period_start
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

scopes as (
    select distinct kpi_no, source, is_year_ago, '(all)' as platform from kpi_sources
    union all
    select kpi_no, source, is_year_ago, platform from kpi_sources
    where platform <> '(all)'
),

final as (
    select
        scopes.kpi_no,
        scopes.platform,
        told_periods.period_no,
        bool_or(told_periods.is_missing) as is_missing,
        min(
            {{ ratio(
                'told_periods.days - coalesce(open_days.days, 0) + coalesce(open_days.known_days, 0)',
                'told_periods.days'
            ) }}
        ) as settled_share
    from scopes
    inner join told_periods
        on told_periods.source = scopes.source
        and told_periods.is_year_ago = scopes.is_year_ago
    left join open_days
        on open_days.kpi_no = scopes.kpi_no
        and open_days.source = told_periods.source
        and open_days.period_grain = told_periods.period_grain
        and open_days.period_start = told_periods.period_start
    group by scopes.kpi_no, scopes.platform, told_periods.period_no
)

select * from final
