-- Results of search engines that named the site, by day (the engine's zone).
with search as (
    select * from {{ ref('int_search_performance_daily__unioned') }}
),

final as (
    select
        date,
        time_zone,
        {{ known('platform') }} as platform,
        property_id,
        {{ known('search_type') }} as search_type,
        {{ known('country') }} as country,
        {{ known('device') }} as device,
        impressions,
        clicks,
        average_position,
        -- A mean of means is weighted: the sum over impressions of the place of each.
        cast(average_position * impressions as decimal(38, 6)) as position_sum
    from search
)

select * from final
