-- Sessions by the page that they started on.
with pages as (
    select * from {{ ref('int_web_landing_pages__mapped') }}
),

final as (
    select
        date,
        channel,
        landing_page,
        'none' as attribution_basis,
        case when key_action = '(all)' then sessions end as entries,
        case when key_action = '(all)' then engaged_sessions end as engaged_entries,
        case when key_action = 'any' then sessions end as entries_any
    from pages
)

select * from final
