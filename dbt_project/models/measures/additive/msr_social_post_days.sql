-- Engagements with organic posts on the day they happened.
with post_days as (
    select * from {{ ref('int_social_post_days') }}
),

final as (
    select
        date,
        platform,
        'none' as attribution_basis,
        engagements as engagements_of_the_day
    from post_days
)

select * from final
