-- E-mail sends on the company's day. Nulls where the platform cannot tell people's opens from machines'.
with clock as (
    select * from {{ ref('int_clock') }}
),

sends as (
    select * from {{ ref('int_email_campaigns__unioned') }}
),

final as (
    select
        {{ local_day('sends.sent_at', 'clock.time_zone') }} as send_date,
        sends.sent_at,
        sends.platform,
        sends.campaign_id,
        {{ campaign_label('sends.campaign_name') }} as campaign,
        sends.list_id,
        sends.emails_sent,
        sends.emails_bounced,
        sends.emails_sent - coalesce(sends.emails_bounced, 0) as emails_delivered,
        sends.unique_opens,
        sends.unique_opens_human,
        -- Delivered to addresses that no machine opened alone: the people whose opens can be seen.
        sends.emails_sent - coalesce(sends.emails_bounced, 0) - (sends.unique_opens - sends.unique_opens_human)
            as emails_delivered_human,
        sends.unique_clicks,
        sends.unsubscribes,
        sends.complaints
    from sends
    cross join clock
    where sends.sent_at <= clock.as_of
)

select * from final
