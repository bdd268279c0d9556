-- Who came close, and who of them bought: leads on their lead day, sign-ups (contacts and members of mailing lists) on
-- the day they first gave their address. Who had bought before is a customer, not a sign-up; what was bought before the
-- first known order is not known, so nobody signed up before it.
with leads as (
    select * from {{ ref('fct_leads') }}
),

customers as (
    select * from {{ ref('dim_customer') }}
),

clock as (
    select * from {{ ref('int_clock') }}
),

people as (
    select * from {{ ref('int_people') }}
),

contacts as (
    select * from {{ ref('int_contacts__merged') }}
),

mail_members as (
    select * from {{ ref('int_mail_members__unioned') }}
),

known_orders as (
    select min(order_date) as first_date
    from {{ ref('fct_orders') }}
    where is_counted
),

lead_cohorts as (
    select
        leads.lead_date as date,
        leads.channel,
        leads.campaign,
        leads.country,
        leads.attribution_basis,
        1 as leads_180,
        case
            when customers.customer_since between leads.lead_date and {{ plus_days('leads.lead_date', 180) }} then 1 else 0
        end as leads_won_180
    from leads
    left join customers on customers.person_id = leads.person_id
),

addresses as (
    select people.person_id, contacts.created_at as given_at, contacts.country
    from contacts
    inner join people
        on people.member_kind = 'contact'
        and people.member_id = contacts.contact_id
    union all
    select people.person_id, mail_members.joined_at, 'unknown'
    from mail_members
    inner join people
        on people.member_kind = 'mail'
        and people.member_id = mail_members.member_id
),

-- Codes of countries sort before `unknown`.
signups as (
    select
        addresses.person_id,
        {{ local_day('min(addresses.given_at)', 'clock.time_zone') }} as signup_date,
        min(addresses.country) as country
    from addresses
    cross join clock
    where addresses.given_at <= clock.as_of
    group by addresses.person_id, clock.time_zone
),

signup_cohorts as (
    select
        signups.signup_date as date,
        'unknown' as channel,
        'unknown' as campaign,
        signups.country,
        'none' as attribution_basis,
        1 as signups_30,
        case when customers.first_order_date <= {{ plus_days('signups.signup_date', 30) }} then 1 else 0 end as activated_30
    from signups
    inner join known_orders on known_orders.first_date <= signups.signup_date
    left join customers on customers.person_id = signups.person_id
    where customers.first_order_date is null
        or customers.first_order_date >= signups.signup_date
),

final as (
    select
        date, channel, campaign, country, attribution_basis,
        {{ measures_or_null('prospects', ['leads_180', 'leads_won_180']) }}
    from lead_cohorts
    union all
    select
        date, channel, campaign, country, attribution_basis,
        {{ measures_or_null('prospects', ['signups_30', 'activated_30']) }}
    from signup_cohorts
)

select * from final
