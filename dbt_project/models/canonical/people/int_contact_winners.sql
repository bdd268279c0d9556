-- What each CRM contact is today: itself, or the contact that it was merged into, over any number of merges.
with recursive contacts as (
    select
        contact_id,
        merged_into_id
    from {{ ref('int_contacts__unioned') }}
    where not coalesce(is_deleted, false)
),

merges as (
    select
        contact_id,
        contact_id as winner_id,
        merged_into_id as next_id,
        0 as depth
    from contacts
    union all
    select
        merges.contact_id,
        winners.contact_id,
        winners.merged_into_id,
        merges.depth + 1
    from merges
    inner join contacts as winners on winners.contact_id = merges.next_id
    where merges.depth < 20  -- a circle of merges ends
),

final as (
    select
        contact_id,
        max_by(winner_id, depth) as winner_id
    from merges
    group by contact_id
)

select * from final
