-- Public reviews on the company's day. They are counted below, and not published row by row: that would tell countries of few.
with clock as (
    select * from {{ ref('int_clock') }}
),

reviews as (
    select * from {{ ref('int_reviews__unioned') }}
),

final as (
    select
        {{ local_day('reviews.created_at', 'clock.time_zone') }} as review_date,
        reviews.created_at,
        reviews.review_id,
        {{ known('reviews.touchpoint') }} as touchpoint,
        {{ known('reviews.country') }} as country,
        reviews.score,
        reviews.is_positive
    from reviews
    cross join clock
    where reviews.created_at <= clock.as_of
)

select * from final
