-- Distinct people as the vendor counted them. People cannot be added: of the countries and devices without a canonical
-- name only the vendor's own `(not set)` is kept, as unknown.
with people as (
    select * from {{ source('raw_google_analytics', 'people') }}
),

country_names as (
    select * from {{ ref('country_names') }}
),

named as (
    select
        people.*,
        case
            when people.country = '(all)' then '(all)'
            when people.country in ('(not set)', '') then 'unknown'
            else country_names.country
        end as country_code,
        case
            when people.device in ('(all)', 'mobile', 'desktop', 'tablet') then people.device
            when people.device in ('(not set)', '') then 'unknown'
        end as device_name
    from people
    left join country_names on country_names.country_name = lower(people.country)
),

final as (
    select
        period_grain,
        period_start,
        property_id,
        time_zone,
        segment_set,
        {{ known('channel_group') }} as channel_group,
        country_code as country,
        device_name as device,
        key_action,
        total_users,
        active_users,
        new_users,
        is_thresholded,
        is_sampled
    from named
    where country_code is not null
        and device_name is not null
)

select * from final
