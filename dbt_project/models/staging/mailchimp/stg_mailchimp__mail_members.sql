-- A member's contact id outlives a change of address; it is unique within a list.
with members as (
    select * from {{ source('raw_mailchimp', 'members') }}
),

final as (
    select
        list_id || ':' || contact_id as member_id,
        list_id,
        email_hash,
        is_role_address,
        {{ ts_utc('coalesce(opted_in_at, signed_up_at)') }} as joined_at,
        status
    from members
)

select * from final
