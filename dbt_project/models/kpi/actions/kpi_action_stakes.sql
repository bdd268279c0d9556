-- What a proposal is about in money: how far what is counted in money lies off the expected; of a ratio its part in money,
-- at the denominator that there was.
{{ config(materialized='view') }}

with proposals as (
    select * from {{ ref('kpi_proposals') }}
),

cells as (
    select * from {{ ref('kpi_cells') }}
),

keys as (
    select * from {{ ref('kpi_keys') }}
),

-- A weight of the numerator (a thousand impressions) is no money.
money as (
    select
        terms.kpi_id,
        terms.kpi_version,
        terms.attribution_basis,
        max(abs(terms.weight)) as weight
    from {{ ref('kpi_terms') }} as terms
    inner join {{ ref('measures') }} as measures on measures.measure_id = {{ base_measure('terms.measure_id') }}
    where terms.part = 'num'
    group by terms.kpi_id, terms.kpi_version, terms.attribution_basis
    having min(measures.unit) = 'money'
        and max(measures.unit) = 'money'
),

final as (
    select
        proposals.action_id,
        case
            when money.kpi_id is null then null
            when keys.is_ratio then {{ ratio('(proposals.value - proposals.expected_value) * cells.denominator', 'money.weight') }}
            else {{ ratio('proposals.value - proposals.expected_value', 'money.weight') }}
        end as money_effect
    from proposals
    inner join keys on keys.kpi_no = proposals.kpi_no
    left join cells
        on cells.kpi_no = proposals.kpi_no
        and cells.cell_no = proposals.cell_no
        and cells.period_no = proposals.period_no
    left join money
        on money.kpi_id = proposals.kpi_id
        and money.kpi_version = proposals.kpi_version
        and money.attribution_basis = proposals.attribution_basis
)

select * from final
