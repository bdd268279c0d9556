-- Pairs of KPIs that are one formula apart, by their terms: the same parts, the one the rest of the other to one, or the one
-- upside down. Both would move for one reason. The first id of a pair is the lower one.
{{ config(materialized='view') }}

with definitions as (
    select * from {{ ref('kpi_definitions') }}
),

versions as (
    select kpi_id, max(kpi_version) as kpi_version
    from definitions
    group by kpi_id
),

-- A KPI has the same terms under each basis.
terms as (
    select distinct terms.kpi_id, terms.part, terms.measure_id, terms.weight
    from {{ ref('kpi_terms') }} as terms
    inner join versions
        on versions.kpi_id = terms.kpi_id
        and versions.kpi_version = terms.kpi_version
    where terms.part in ('num', 'den')
),

-- What is left of the denominator without the numerator.
rests as (
    select
        kpi_id,
        measure_id,
        sum(case when part = 'den' then weight else -weight end) as weight
    from terms
    group by kpi_id, measure_id
),

written as (
    select kpi_id, part, measure_id || ' * ' || cast(cast(weight as double) as {{ dbt.type_string() }}) as term
    from terms
    union all
    select kpi_id, 'rest', measure_id || ' * ' || cast(cast(weight as double) as {{ dbt.type_string() }})
    from rests
    where weight <> 0
),

texts as (
    select kpi_id, part, {{ joined_texts('term', ' + ') }} as expression
    from written
    group by kpi_id, part
),

parts as (
    select
        definitions.kpi_id,
        definitions.is_share,
        numerators.expression as numerator,
        coalesce(denominators.expression, '') as denominator,
        rests.expression as rest
    from definitions
    inner join versions
        on versions.kpi_id = definitions.kpi_id
        and versions.kpi_version = definitions.kpi_version
    inner join texts as numerators on numerators.kpi_id = definitions.kpi_id and numerators.part = 'num'
    left join texts as denominators on denominators.kpi_id = definitions.kpi_id and denominators.part = 'den'
    left join texts as rests on rests.kpi_id = definitions.kpi_id and rests.part = 'rest'
),

final as (
    select
        parts.kpi_id,
        others.kpi_id as other_kpi_id,
        case
            when others.numerator = parts.numerator and others.denominator = parts.denominator then 'same'
            when others.denominator = parts.denominator then 'rest'
            else 'upside_down'
        end as relation
    from parts
    inner join parts as others
        on others.kpi_id > parts.kpi_id
        and others.is_share = parts.is_share
        and (
            (others.numerator = parts.numerator and others.denominator = parts.denominator)
            or (others.denominator = parts.denominator and parts.denominator <> '' and others.numerator = parts.rest)
            or (others.numerator = parts.denominator and others.denominator = parts.numerator)
        )
)

select * from final
