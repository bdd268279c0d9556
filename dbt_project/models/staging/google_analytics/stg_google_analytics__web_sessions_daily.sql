-- Sessions by start day and origin. Countries and devices without a canonical name are unknown, and added up.
with sessions as (
    select * from {{ source('raw_google_analytics', 'sessions_daily') }}
),

country_names as (
    select * from {{ ref('country_names') }}
),

final as (
    select
        sessions.date,
        sessions.time_zone,
        sessions.currency,
        sessions.property_id,
        {{ known('sessions.channel_group') }} as channel_group,
        {{ known('sessions.source') }} as source_name,
        {{ known('sessions.medium') }} as medium,
        {{ known('sessions.campaign') }} as campaign,
        coalesce(country_names.country, 'unknown') as country,
        {{ google_analytics_device('sessions.device') }} as device,
        cast(sum(sessions.sessions) as bigint) as sessions,
        cast(sum(sessions.engaged_sessions) as bigint) as engaged_sessions,
        cast(sum(sessions.page_views) as bigint) as page_views,
        sum(sessions.engagement_seconds) as engagement_seconds,
        cast(sum(sessions.new_users) as bigint) as new_users,
        cast(sum(sessions.transactions) as bigint) as transactions,
        cast(sum(sessions.revenue_amount) as decimal(18, 6)) as revenue_amount,
        bool_or(sessions.has_other_row) as has_other_row,
        bool_or(sessions.is_thresholded) as is_thresholded,
        bool_or(sessions.is_sampled) as is_sampled
    from sessions
    left join country_names on country_names.country_name = lower(sessions.country)
    group by all
)

select * from final
