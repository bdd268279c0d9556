-- Ad spend on people of the target segment.
with ads as (
    select * from {{ ref('int_ads_by_segment') }}
    where is_target
),

final as (
    select
        date,
        platform,
        channel,
        campaign,
        'none' as attribution_basis,
        spend_reporting as spend_on_target
    from ads
)

select * from final
