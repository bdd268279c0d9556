-- Sessions by the page they started on; `(other)` stands for pages that the vendor folded together.
with landing_pages as (
    select * from {{ source('raw_google_analytics', 'landing_pages_daily') }}
),

final as (
    select
        date,
        time_zone,
        property_id,
        {{ known('channel_group') }} as channel_group,
        case when landing_page = '(not set)' then 'unknown' else {{ known('landing_page') }} end as landing_page,
        key_action,
        cast(sum(sessions) as bigint) as sessions,
        cast(sum(engaged_sessions) as bigint) as engaged_sessions,
        bool_or(has_other_row) as has_other_row,
        bool_or(is_thresholded) as is_thresholded,
        bool_or(is_sampled) as is_sampled
    from landing_pages
    group by all
)

select * from final
