-- The site in web results of search engines.
with search as (
    select * from {{ ref('fct_search_performance_daily') }}
    where search_type = 'web'
),

final as (
    select
        date,
        platform,
        country,
        device,
        'none' as attribution_basis,
        -- A row whose place is not known says nothing about the mean.
        case when average_position is not null then impressions end as placed_impressions,
        position_sum,
        impressions as search_impressions
    from search
)

select * from final
