-- Ad spend whose age group and gender the platform knows, and whether they are the target segment's. Days before the company
-- said whom it wants to reach are left out.
with ads as (
    select * from {{ ref('fct_ad_breakdowns_daily') }}
    where breakdown = 'age_gender'
        and age <> 'unknown'
        and gender <> 'unknown'
),

segments as (
    select * from {{ ref('int_target_segments') }}
),

defined as (
    select min(valid_from) as first_day from segments
),

final as (
    select
        ads.date,
        ads.platform,
        ads.channel,
        ads.campaign,
        ads.age,
        ads.gender,
        ads.impressions,
        ads.spend_reporting,
        segments.valid_from is not null as is_target
    from ads
    inner join defined on defined.first_day <= ads.date
    left join segments
        on segments.age = ads.age
        and segments.gender = ads.gender
        and ads.date >= segments.valid_from
        and ads.date < segments.valid_before
)

select * from final
