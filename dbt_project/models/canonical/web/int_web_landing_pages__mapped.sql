-- Sessions by the page that they started on. Per quarter the 50 pages with most sessions keep their name.
with clock as (
    select * from {{ ref('int_clock') }}
),

web as (
    select * from {{ ref('int_web_landing_pages_daily__unioned') }}
),

labels as (
    select * from {{ ref('int_channels__by_text') }}
    where match_kind = 'channel_group'
),

pages as (
    select
        web.date,
        {{ fiscal_quarter_start('web.date', 'clock.fiscal_year_start_month') }} as quarter_start,
        web.property_id,
        web.time_zone,
        coalesce(labels.channel, 'unknown') as channel,
        {{ known('web.landing_page') }} as landing_page,
        web.key_action,
        web.sessions,
        web.engaged_sessions,
        web.has_other_row,
        web.is_thresholded,
        web.is_sampled
    from web
    cross join clock
    left join labels on labels.matched_text = lower(trim(web.channel_group))
),

page_quarters as (
    select
        pages.quarter_start,
        pages.landing_page,
        sum(pages.sessions) as page_sessions
    from pages
    cross join clock
    where pages.key_action = '(all)'
        and pages.landing_page <> '(other)'
        and pages.date <= clock.data_until
    group by pages.quarter_start, pages.landing_page
),

ranked as (
    select
        quarter_start,
        landing_page,
        row_number() over (
            partition by quarter_start order by page_sessions desc nulls last, landing_page nulls last
        ) as page_rank
    from page_quarters
),

final as (
    select
        pages.date,
        pages.property_id,
        pages.time_zone,
        pages.channel,
        case when ranked.page_rank <= 50 then pages.landing_page else '(other)' end as landing_page,
        pages.key_action,
        cast(sum(pages.sessions) as bigint) as sessions,
        cast(sum(pages.engaged_sessions) as bigint) as engaged_sessions,
        bool_or(pages.has_other_row) as has_other_row,
        bool_or(pages.is_thresholded) as is_thresholded,
        bool_or(pages.is_sampled) as is_sampled
    from pages
    left join ranked
        on ranked.quarter_start = pages.quarter_start
        and ranked.landing_page = pages.landing_page
    group by all
)

select * from final
