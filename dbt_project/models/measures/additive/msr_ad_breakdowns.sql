-- Paid media by country or by device; `breakdown` says which, and is the only segment set a row may be read in.
with ads as (
    select * from {{ ref('fct_ad_breakdowns_daily') }}
    where breakdown in ('country', 'device')
),

final as (
    select
        date,
        breakdown,
        country,
        device,
        'none' as attribution_basis,
        impressions,
        clicks,
        clicks_all,
        video_views,
        video_starts,
        video_completions,
        spend_reporting as spend
    from ads
)

select * from final
