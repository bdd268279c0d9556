-- One row per KPI, version and basis, with its number and what the engine needs of its definition. From the parts to the
-- comparisons rows carry three numbers (KPI, period, cell) instead of fourteen texts: joins and groups take a third.
with definitions as (
    select
        *,
        lag(valid_from) over (partition by kpi_id order by kpi_version nulls last) is null as is_first_version,
        lead(valid_from) over (partition by kpi_id order by kpi_version nulls last) as next_valid_from
    from {{ ref('kpi_definitions') }}
),

bases as (
    select distinct kpi_id, kpi_version, attribution_basis, date_basis from {{ ref('kpi_legal') }}
),

-- KPIs that say themselves how many cases there are, since their denominator is money.
own_cases as (
    select distinct kpi_id, kpi_version
    from {{ ref('kpi_terms') }}
    where part = 'n'
),

-- What comes out of a model is a ratio if it is told per something.
divided as (
    select distinct kpi_id, kpi_version
    from {{ ref('kpi_terms') }}
    where part = 'den'
),

clock as (
    select * from {{ ref('int_clock') }}
),

final as (
    select
        cast(
            row_number() over (
                order by
                    bases.kpi_id nulls last,
                    bases.kpi_version nulls last,
                    bases.attribution_basis nulls last,
                    bases.date_basis nulls last
            ) as integer
        ) as kpi_no,
        bases.kpi_id,
        cast(bases.kpi_version as integer) as kpi_version,
        bases.attribution_basis,
        bases.date_basis,
        definitions.class,
        definitions.unit,
        definitions.interval_kind,
        definitions.additivity = 'R' or (definitions.additivity = 'M' and divided.kpi_id is not null) as is_ratio,
        -- What nobody counted or no model could tell is not 0.
        definitions.additivity in ('S', 'M') as is_stock,
        definitions.is_share = 1 as is_share,
        definitions.is_partition = 1 as is_partition,
        definitions.is_paid_only = 1 as is_paid_only,
        own_cases.kpi_id is not null as has_own_cases,
        coalesce(definitions.personal_sets, '') as personal_sets,
        coalesce(definitions.min_n, clock.min_n) as min_n,
        -- A later version is a series of its own for the periods that begin from its first day on; the first one reaches
        -- back as far as data do.
        case when definitions.is_first_version then date '0001-01-01' else definitions.valid_from end as valid_from,
        coalesce(definitions.next_valid_from, date '9999-12-31') as valid_before
    from bases
    inner join definitions
        on definitions.kpi_id = bases.kpi_id
        and definitions.kpi_version = bases.kpi_version
    left join own_cases
        on own_cases.kpi_id = bases.kpi_id
        and own_cases.kpi_version = bases.kpi_version
    left join divided
        on divided.kpi_id = bases.kpi_id
        and divided.kpi_version = bases.kpi_version
    cross join clock
)

select * from final
