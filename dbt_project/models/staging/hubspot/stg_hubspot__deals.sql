-- Deals that are there. The close date of an open deal is a wish: it counts only once the deal is closed.
with deals as (
    select * from {{ source('raw_hubspot', 'deals') }}
),

live as (
    select object_id from {{ source('raw_hubspot', 'live_ids') }}
    where object_type = 'deals'
),

stages as (
    select * from {{ source('raw_hubspot', 'pipeline_stages') }}
),

account as (
    select * from {{ source('raw_hubspot', 'account') }}
),

judged as (
    select
        deals.*,
        coalesce(upper(deals.currency), account.currency) as deal_currency,
        coalesce(deals.is_closed, stages.is_closed, false) as has_closed,
        coalesce(deals.is_won, stages.is_closed and stages.probability = 1, false) as was_won
    from deals
    inner join live on live.object_id = deals.deal_id
    left join stages
        on stages.pipeline = deals.pipeline
        and stages.stage = deals.stage
    left join account on true
),

final as (
    select
        deal_id,
        contact_id,
        company_id,
        {{ known('pipeline') }} as pipeline,
        {{ known('stage') }} as stage,
        cast(amount as decimal(18, 6)) as amount,
        deal_currency as currency,
        {{ ts_utc('created_at') }} as created_at,
        case when has_closed then {{ ts_utc('close_date') }} end as closed_at,
        has_closed as is_closed,
        has_closed and was_won as is_won
    from judged
)

select * from final
