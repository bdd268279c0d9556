-- Reviews that were classed; what they are about stands in `platform`.
with reviews as (
    select * from {{ ref('int_reviews') }}
    where is_positive is not null
),

final as (
    select
        review_date as date,
        touchpoint as platform,
        country,
        'none' as attribution_basis,
        1 as reviews_classed,
        cast(is_positive as integer) as reviews_positive
    from reviews
)

select * from final
