-- Sessions with a key action by start day and origin, as web_sessions_daily names them.
with key_actions as (
    select * from {{ source('raw_google_analytics', 'key_actions_daily') }}
),

country_names as (
    select * from {{ ref('country_names') }}
),

final as (
    select
        key_actions.date,
        key_actions.time_zone,
        key_actions.property_id,
        {{ known('key_actions.channel_group') }} as channel_group,
        {{ known('key_actions.source') }} as source_name,
        {{ known('key_actions.medium') }} as medium,
        {{ known('key_actions.campaign') }} as campaign,
        coalesce(country_names.country, 'unknown') as country,
        {{ google_analytics_device('key_actions.device') }} as device,
        key_actions.key_action,
        cast(sum(key_actions.sessions) as bigint) as sessions
    from key_actions
    left join country_names on country_names.country_name = lower(key_actions.country)
    group by all
)

select * from final
