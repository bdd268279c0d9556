-- CRM contacts after their merges: one row per live contact, with the creation and original source of its earliest
-- member. Deleted contacts and tests are gone, archived ones are here.
with contacts as (
    select * from {{ ref('int_contacts__unioned') }}
),

winners as (
    select * from {{ ref('int_contact_winners') }}
),

earliest as (
    select
        winners.winner_id,
        min(contacts.created_at) as created_at,
        min_by({{ known('contacts.original_source') }}, contacts.created_at) as original_source,
        min_by({{ campaign_label('contacts.original_campaign') }}, contacts.created_at) as original_campaign
    from winners
    inner join contacts on contacts.contact_id = winners.contact_id
    group by winners.winner_id
),

final as (
    select
        contacts.contact_id,
        contacts.email_hash,
        coalesce(contacts.is_role_address, false) as is_role_address,
        earliest.created_at,
        earliest.original_source,
        earliest.original_campaign,
        {{ known('contacts.latest_source') }} as latest_source,
        {{ campaign_label('contacts.latest_campaign') }} as latest_campaign,
        contacts.latest_source_at,
        {{ known('contacts.country') }} as country
    from contacts
    inner join earliest on earliest.winner_id = contacts.contact_id
    where contacts.merged_into_id is null
        and not coalesce(contacts.is_test, false)
)

select * from final
