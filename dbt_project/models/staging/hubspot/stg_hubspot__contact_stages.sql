-- Entries into lifecycle stages in canonical names. A merged contact's entries lie in its winner's history.
with entries as (
    select * from {{ source('raw_hubspot', 'contact_stages') }}
),

contacts as (
    select contact_id from {{ ref('stg_hubspot__contacts') }}
    where merged_into_id is null
),

named as (
    select
        entries.contact_id,
        case
            when entries.stage in ('subscriber', 'lead', 'opportunity', 'customer', 'evangelist') then entries.stage
            when entries.stage = 'marketingqualifiedlead' then 'mql'
            when entries.stage = 'salesqualifiedlead' then 'sql'
            else 'other'  -- `other` and the account's own stages, which have numbers for names
        end as stage,
        {{ ts_utc('entries.entered_at') }} as entered_at
    from entries
    inner join contacts on contacts.contact_id = entries.contact_id
),

final as (
    select distinct
        contact_id,
        stage,
        entered_at
    from named
)

select * from final
