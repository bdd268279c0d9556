select
    platform,
    campaign_id,
    campaign_name,
    list_id,
    sent_at,
    emails_sent,
    emails_bounced,
    unique_opens,
    unique_opens_human,
    unique_clicks,
    unsubscribes,
    complaints
from {{ source('raw_files', 'email_campaigns') }}
