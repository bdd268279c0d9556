-- Who is the same person: one row per shop customer, CRM contact and mail member, with the person's id (rule G18).
-- A member has one address, so the connected components of the graph members – addresses are the addresses themselves.
with customers as (
    select * from {{ ref('int_customers__unioned') }}
),

contacts as (
    select * from {{ ref('int_contacts__merged') }}
),

mail_members as (
    select * from {{ ref('int_mail_members__unioned') }}
),

members as (
    select 'contact' as member_kind, contact_id as member_id, email_hash, is_role_address from contacts
    union all
    select 'customer', customer_id, email_hash, coalesce(is_role_address, false) from customers
    union all
    select 'mail', member_id, email_hash, coalesce(is_role_address, false) from mail_members
),

-- An address that links more than two live contacts is shared; it and role addresses say nothing about who it is.
addresses as (
    select
        email_hash,
        min(member_kind || ':' || member_id) as person_id
    from members
    where nullif(email_hash, '') is not null
    group by email_hash
    having count_if(member_kind = 'contact') <= 2
        and not bool_or(is_role_address)
),

final as (
    select
        members.member_kind,
        members.member_id,
        coalesce(addresses.person_id, members.member_kind || ':' || members.member_id) as person_id
    from members
    left join addresses on addresses.email_hash = members.email_hash
)

select * from final
