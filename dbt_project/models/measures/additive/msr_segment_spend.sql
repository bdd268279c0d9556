-- Ad spend on people whose age group and gender are known, and on those of them that are the target segment.
with ads as (
    select * from {{ ref('int_ads_by_segment') }}
),

final as (
    select
        date,
        platform,
        channel,
        campaign,
        'none' as attribution_basis,
        impressions as impressions_on_known_people,
        spend_reporting as spend_on_known_people,
        case when is_target then spend_reporting end as spend_on_target
    from ads
)

select * from final
