-- Leads: live contacts by their first entry to `lead` or a later stage, with their first entry to MQL.
with clock as (
    select * from {{ ref('int_clock') }}
),

contacts as (
    select * from {{ ref('int_contacts__merged') }}
),

winners as (
    select * from {{ ref('int_contact_winners') }}
),

stage_entries as (
    select * from {{ ref('int_contact_stages__unioned') }}
),

stages as (
    select * from {{ ref('lifecycle_stages') }}
),

people as (
    select * from {{ ref('int_people') }}
    where member_kind = 'contact'
),

channels as (
    select * from {{ ref('int_channels__by_text') }}
    where match_kind = 'crm'
),

campaigns as (
    select * from {{ ref('int_campaigns__by_name') }}
),

-- `rank` orders the stages; lead is 2, mql 3. Stages off the path (other) have none.
first_entries as (
    select
        winners.winner_id as contact_id,
        min(case when stages.rank >= 2 then stage_entries.entered_at end) as lead_at,
        min(case when stages.stage = 'mql' then stage_entries.entered_at end) as mql_at,
        min(case when stages.rank > 3 then stage_entries.entered_at end) as later_at
    from stage_entries
    inner join winners on winners.contact_id = stage_entries.contact_id
    left join stages on stages.stage = stage_entries.stage
    group by winners.winner_id
),

leads as (
    select
        contacts.contact_id,
        contacts.country,
        case when first_entries.contact_id is null then contacts.created_at else first_entries.lead_at end as lead_at,
        first_entries.contact_id is null as is_lead_date_imputed,  -- no stage history: the day it was created
        coalesce(first_entries.mql_at, first_entries.later_at) as mql_at,
        first_entries.mql_at is null and first_entries.later_at is not null as is_mql_date_imputed  -- skipped the stage
    from contacts
    left join first_entries on first_entries.contact_id = contacts.contact_id
),

subjects as (
    select
        contact_id as subject_key,
        contact_id,
        lead_at as happened_at
    from leads
    where lead_at is not null
),

{{ attribute_contacts() }},

final as (
    select
        leads.contact_id,
        people.person_id,
        {{ local_day('leads.lead_at', 'clock.time_zone') }} as lead_date,
        leads.lead_at,
        leads.is_lead_date_imputed,
        {{ local_day('leads.mql_at', 'clock.time_zone') }} as mql_date,
        leads.mql_at,
        leads.is_mql_date_imputed,
        leads.mql_at is not null and leads.mql_at <= leads.lead_at + interval 30 day as is_mql_within_30_days,
        attributed.channel,
        attributed.campaign,
        leads.country,
        'first_party:last_non_direct' as attribution_basis
    from leads
    inner join attributed on attributed.subject_key = leads.contact_id
    left join people on people.member_id = leads.contact_id
    cross join clock
)

select * from final
