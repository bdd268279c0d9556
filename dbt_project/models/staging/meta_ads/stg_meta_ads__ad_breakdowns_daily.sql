-- Campaign days by one breakdown at a time. Several of the vendor's devices are one of ours, so they are added up.
-- By age and gender the vendor is asked only for delivery: actions there are null.
with countries as (
    select * from {{ source('raw_meta_ads', 'campaign_countries_daily') }}
),

devices as (
    select * from {{ source('raw_meta_ads', 'campaign_devices_daily') }}
),

ages_genders as (
    select * from {{ source('raw_meta_ads', 'campaign_age_gender_daily') }}
),

by_country as (
    select
        date,
        account_id,
        time_zone,
        currency,
        campaign_id,
        'country' as breakdown,
        case when lower({{ known('country') }}) = 'unknown' then 'unknown' else upper(country) end as country,
        '(all)' as device,
        '(all)' as age,
        '(all)' as gender,
        impressions,
        inline_link_clicks as clicks,
        clicks as clicks_all,
        inline_post_engagement as engagements,
        video_plays as video_views,
        video_plays as video_starts,
        video_completions,
        spend_amount,
        coalesce(omni_purchases, purchases, 0) as platform_orders,
        coalesce(omni_purchase_value_amount, purchase_value_amount, 0) as platform_value_amount
    from countries
),

by_device as (
    select
        date,
        account_id,
        time_zone,
        currency,
        campaign_id,
        'device' as breakdown,
        '(all)' as country,
        case
            when impression_device = 'desktop' then 'desktop'
            when impression_device in ('ipad', 'android_tablet') then 'tablet'
            when impression_device in ('iphone', 'ipod', 'android_smartphone') then 'mobile'
            else 'unknown'
        end as device,
        '(all)' as age,
        '(all)' as gender,
        sum(impressions) as impressions,
        sum(inline_link_clicks) as clicks,
        sum(clicks) as clicks_all,
        sum(inline_post_engagement) as engagements,
        sum(video_plays) as video_views,
        sum(video_plays) as video_starts,
        sum(video_completions) as video_completions,
        sum(spend_amount) as spend_amount,
        sum(coalesce(omni_purchases, purchases, 0)) as platform_orders,
        sum(coalesce(omni_purchase_value_amount, purchase_value_amount, 0)) as platform_value_amount
    from devices
    group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
),

by_age_gender as (
    select
        date,
        account_id,
        time_zone,
        currency,
        campaign_id,
        'age_gender' as breakdown,
        '(all)' as country,
        '(all)' as device,
        {{ known('age') }} as age,
        {{ known('gender') }} as gender,
        impressions,
        inline_link_clicks as clicks,
        clicks as clicks_all,
        cast(null as bigint) as engagements,
        cast(null as bigint) as video_views,
        cast(null as bigint) as video_starts,
        cast(null as bigint) as video_completions,
        spend_amount,
        cast(null as double) as platform_orders,
        cast(null as decimal(18, 6)) as platform_value_amount
    from ages_genders
),

unioned as (
    select * from by_country
    union all
    select * from by_device
    union all
    select * from by_age_gender
),

final as (
    select
        date,
        'meta_ads' as platform,
        account_id,
        time_zone,
        currency,
        campaign_id,
        breakdown,
        country,
        device,
        age,
        gender,
        cast(impressions as bigint) as impressions,
        cast(clicks as bigint) as clicks,
        cast(clicks_all as bigint) as clicks_all,
        cast(engagements as bigint) as engagements,
        cast(video_views as bigint) as video_views,
        cast(video_starts as bigint) as video_starts,
        cast(video_completions as bigint) as video_completions,
        cast(spend_amount as decimal(18, 6)) as spend_amount,
        platform_orders,
        cast(platform_value_amount as decimal(18, 6)) as platform_value_amount
    from unioned
)

select * from final
