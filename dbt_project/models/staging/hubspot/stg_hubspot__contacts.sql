-- Contacts that are there, archived ones included, and a bare row for each that was merged away. A contact that is
-- neither there nor archived was deleted: nothing of it is kept.
with contacts as (
    select * from {{ source('raw_hubspot', 'contacts') }}
),

merges as (
    select * from {{ source('raw_hubspot', 'contact_merges') }}
),

live as (
    select object_id from {{ source('raw_hubspot', 'live_ids') }}
    where object_type = 'contacts'
),

kept as (
    select contacts.*
    from contacts
    left join live on live.object_id = contacts.contact_id
    left join merges on merges.loser_id = contacts.contact_id
    where merges.loser_id is null
        and (live.object_id is not null or contacts.is_archived)
),

final as (
    select
        contact_id,
        email_hash,
        phone_hash,
        is_role_address,
        {{ ts_utc('created_at') }} as created_at,
        {{ known('original_source') }} as original_source,
        {{ campaign_label('original_campaign') }} as original_campaign,
        {{ known('latest_source') }} as latest_source,
        {{ campaign_label('latest_campaign') }} as latest_campaign,
        {{ ts_utc('latest_source_at') }} as latest_source_at,
        coalesce(upper(country_code), 'unknown') as country,
        cast(null as {{ dbt.type_string() }}) as merged_into_id,
        false as is_deleted,
        is_test
    from kept
    union all
    select
        loser_id as contact_id,
        null as email_hash,
        null as phone_hash,
        false as is_role_address,
        null as created_at,
        'unknown' as original_source,
        'unknown' as original_campaign,
        'unknown' as latest_source,
        'unknown' as latest_campaign,
        null as latest_source_at,
        'unknown' as country,
        winner_id as merged_into_id,
        false as is_deleted,
        false as is_test
    from merges
)

select * from final
