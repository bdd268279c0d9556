-- Ad spend on people whose age group and gender are known.
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
        spend_reporting as spend_of_known_people
    from ads
)

select * from final
