-- Sends with their counts. The parts of a test are left out where the test itself is reported: it counts their mails.
-- unique_opens_human is null for sends before 2024-06-22: the vendor cannot tell machines' opens there.
with reports as (
    select * from {{ source('raw_mailchimp', 'reports') }}
),

final as (
    select
        'mailchimp' as platform,
        reports.campaign_id,
        reports.title as campaign_name,
        reports.list_id,
        {{ ts_utc('reports.sent_at') }} as sent_at,
        reports.emails_sent,
        reports.hard_bounces + reports.soft_bounces + reports.syntax_errors as emails_bounced,
        reports.unique_opens,
        reports.proxy_excluded_unique_opens as unique_opens_human,
        reports.unique_subscriber_clicks as unique_clicks,
        reports.unsubscribed as unsubscribes,
        reports.abuse_reports as complaints
    from reports
    left join reports as tests on tests.campaign_id = reports.parent_campaign_id
    where tests.campaign_id is null
)

select * from final
