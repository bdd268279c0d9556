-- KPIs and periods without a measure that nobody gave: no configured source feeds its fact and no file ever held it, it never
-- came although the KPI cannot be told without it (costs of goods that nobody keeps), or it is given per period and was not
-- for this one. They are missing and not 0 (a CAC without fees would look cheap).
with seen as (
    select measure_id, period_grain, min(period_start) as first_start
    from {{ ref('measure_values') }}
    group by measure_id, period_grain
),

given as (
    select distinct measure_id, period_grain, period_start
    from {{ ref('given_measures_by_period') }}
    where is_whole
),

measures as (
    select * from {{ ref('measures') }}
),

required_measures as (
    select * from {{ ref('required_measures') }}
),

fact_sources as (
    select * from {{ ref('fact_sources') }}
),

configured as (
    select source from {{ source('raw_ops', 'source_status') }}
    where is_configured
),

terms as (
    select distinct kpi_id, kpi_version, measure_id from {{ ref('kpi_terms') }}
    where part in ('num', 'den')
),

keys as (
    select * from {{ ref('kpi_keys') }}
),

periods as (
    select * from {{ ref('int_periods') }}
),

fed_facts as (
    select measures.fact
    from measures
    inner join seen on seen.measure_id = measures.measure_id
    union
    select fact_sources.fact
    from fact_sources
    inner join configured on configured.source = fact_sources.source
),

ever_seen as (
    select distinct measure_id from seen
),

-- What must be 365 days old cannot have come before the first cohort is: then it is young, not missing.
ages_reached as (
    select distinct measures.maturity_days
    from measures
    inner join ever_seen on ever_seen.measure_id = measures.measure_id
),

needed as (
    select keys.kpi_no, terms.measure_id
    from keys
    inner join terms
        on terms.kpi_id = keys.kpi_id
        and terms.kpi_version = keys.kpi_version
    inner join measures on measures.measure_id = terms.measure_id
    left join fed_facts on fed_facts.fact = measures.fact
    left join required_measures on required_measures.measure_id = terms.measure_id
    left join ever_seen on ever_seen.measure_id = terms.measure_id
    left join ages_reached on ages_reached.maturity_days = measures.maturity_days
    group by keys.kpi_no, terms.measure_id
    having bool_or(measures.fact = 'inputs')
        or count(fed_facts.fact) = 0
        or (
            count(required_measures.measure_id) > 0
            and count(ever_seen.measure_id) = 0
            and count(ages_reached.maturity_days) > 0
        )
),

-- The company's first periods; where nothing was ever loaded, the running ones.
first_periods as (
    select
        periods.period_grain,
        coalesce(min(seen.first_start), max(periods.period_start)) as first_start
    from periods
    left join seen on seen.period_grain = periods.period_grain
    group by periods.period_grain
),

final as (
    select distinct needed.kpi_no, periods.period_no
    from needed
    inner join keys on keys.kpi_no = needed.kpi_no
    cross join periods
    inner join first_periods
        on first_periods.period_grain = periods.period_grain
        and first_periods.first_start <= periods.period_start
    left join given
        on given.measure_id = needed.measure_id
        and given.period_grain = periods.period_grain
        and given.period_start = periods.period_start
    where given.measure_id is null
        and periods.period_start >= keys.valid_from
        and periods.period_start < keys.valid_before
)

select * from final
