-- CRM deals, with the person and, once closed, the channel of the contact at that instant.
with clock as (
    select * from {{ ref('int_clock') }}
),

deals as (
    select * from {{ ref('int_deals__unioned') }}
),

contacts as (
    select * from {{ ref('int_contacts__merged') }}
),

winners as (
    select * from {{ ref('int_contact_winners') }}
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

rates as (
    select * from {{ ref('int_fx_daily') }}
),

dated as (
    select
        deals.*,
        coalesce(winners.winner_id, deals.contact_id) as live_contact_id,
        {{ local_day('deals.created_at', 'clock.time_zone') }} as created_date,
        {{ local_day('deals.closed_at', 'clock.time_zone') }} as closed_date
    from deals
    left join winners on winners.contact_id = deals.contact_id
    cross join clock
),

subjects as (
    select
        deal_id as subject_key,
        live_contact_id as contact_id,
        coalesce(closed_at, created_at) as happened_at
    from dated
),

{{ attribute_contacts() }},

final as (
    select
        dated.deal_id,
        dated.live_contact_id as contact_id,
        people.person_id,
        dated.pipeline,
        dated.stage,
        dated.created_date,
        dated.created_at,
        dated.closed_date,
        dated.closed_at,
        coalesce(dated.is_closed, false) as is_closed,
        coalesce(dated.is_won, false) as is_won,
        dated.currency,
        dated.amount,
        {{ converted('dated.amount', 'rates.rate') }} as amount_reporting,
        {{ conversion_gap('rates.rate') }} as conversion_gap,
        coalesce(attributed.channel, 'unknown') as channel,
        coalesce(attributed.campaign, 'unknown') as campaign,
        'first_party:last_non_direct' as attribution_basis
    from dated
    left join attributed on attributed.subject_key = dated.deal_id
    left join people on people.member_id = dated.live_contact_id
    left join rates
        on rates.currency = dated.currency
        and rates.date = coalesce(dated.closed_date, dated.created_date)
)

select * from final
