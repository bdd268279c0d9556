-- Ad campaigns as last seen.
{{ config(materialized='view') }}

select
    platform,
    account_id,
    campaign_id,
    campaign,
    campaign_type,
    channel,
    first_date,
    last_date
from {{ ref('int_campaigns') }}
