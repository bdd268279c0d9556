-- Sessions and sessions with a key action, by day and what they came from.
with sessions as (
    select * from {{ ref('fct_web_sessions_daily') }}
),

key_actions as (
    select * from {{ ref('int_web_key_actions__mapped') }}
),

final as (
    select
        date, channel, source_medium, campaign, country, device, 'none' as attribution_basis,
        sessions, engaged_sessions, page_views,
        case when channel = 'direct' then sessions end as direct_sessions,
        cast(engagement_seconds as decimal(18, 6)) as engaged_seconds,
        case when engagement_seconds is not null then page_views end as timed_page_views,
        null as sessions_any, null as sessions_purchase, null as sessions_form, null as sessions_newsletter
    from sessions
    union all
    select
        date, channel, source_medium, campaign, country, device, 'none',
        null, null, null, null, null, null,
        case when key_action = 'any' then sessions end,
        case when key_action = 'purchase' then sessions end,
        case when key_action = 'form' then sessions end,
        case when key_action = 'newsletter' then sessions end
    from key_actions
)

select * from final
