-- Sessions with at least one of a key action, by start day; key_action `any` = with any of them.
with web as (
    select * from {{ ref('int_web_key_actions_daily__unioned') }}
),

labels as (
    select * from {{ ref('int_channels__by_text') }}
    where match_kind = 'channel_group'
),

visits as (
    select * from {{ ref('int_channels__by_text') }}
    where match_kind = 'source_medium'
),

final as (
    select
        web.date,
        web.property_id,
        web.time_zone,
        {{ web_channel('web', 'labels', 'visits') }} as channel,
        {{ source_medium('web.source_name', 'web.medium') }} as source_medium,
        {{ campaign_label('web.campaign') }} as campaign,
        {{ known('web.country') }} as country,
        {{ known('web.device') }} as device,
        web.key_action,
        web.sessions
    from web
    left join labels on labels.matched_text = lower(trim(web.channel_group))
    left join visits on visits.matched_text = {{ source_medium_key('web.source_name', 'web.medium') }}
)

select * from final
