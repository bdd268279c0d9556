-- Sessions by start day (the property's zone) and what they came from.
with web as (
    select * from {{ ref('int_web_sessions_daily__unioned') }}
),

labels as (
    select * from {{ ref('int_channels__by_text') }}
    where match_kind = 'channel_group'
),

visits as (
    select * from {{ ref('int_channels__by_text') }}
    where match_kind = 'source_medium'
),

rates as (
    select * from {{ ref('int_fx_daily') }}
),

final as (
    select
        web.date,
        web.property_id,
        web.time_zone,
        {{ web_channel('web', 'labels', 'visits') }} as channel,
        web.channel_group,
        {{ source_medium('web.source_name', 'web.medium') }} as source_medium,
        {{ campaign_label('web.campaign') }} as campaign,
        {{ known('web.country') }} as country,
        {{ known('web.device') }} as device,
        web.sessions,
        web.engaged_sessions,
        web.page_views,
        web.engagement_seconds,
        web.new_users,
        web.transactions,
        web.currency,
        web.revenue_amount,
        {{ converted('web.revenue_amount', 'rates.rate') }} as revenue_reporting,
        web.has_other_row,
        web.is_thresholded,
        web.is_sampled
    from web
    left join labels on labels.matched_text = lower(trim(web.channel_group))
    left join visits on visits.matched_text = {{ source_medium_key('web.source_name', 'web.medium') }}
    left join rates
        on rates.currency = web.currency
        and rates.date = web.date
)

select * from final
