-- Leads on their lead day, MQLs on their MQL day.
with leads as (
    select * from {{ ref('fct_leads') }}
),

final as (
    select
        lead_date as date, channel, campaign, country, attribution_basis,
        1 as leads,
        1 as leads_30,
        case when is_mql_within_30_days then 1 else 0 end as leads_mql_30,
        null as mqls
    from leads
    union all
    select
        mql_date, channel, campaign, country, attribution_basis,
        null, null, null, 1
    from leads
    where mql_date is not null
)

select * from final
