-- Costs beyond media by day. They name no platform and no campaign: `unknown`.
with costs as (
    select * from {{ ref('fct_costs') }}
),

final as (
    select
        date,
        'unknown' as platform,
        channel,
        'unknown' as campaign,
        'none' as attribution_basis,
        case when cost_type = 'agency_fee' then amount_reporting end as agency_fees,
        case when cost_type = 'tool' then amount_reporting end as tools,
        case when cost_type = 'staff' then amount_reporting end as staff
    from costs
)

select * from final
