{#
Channel and campaign of contacts at an instant: the latest source if it was known by then, else the original one. A paid
source is as precise as its campaign. Gives CTEs `attributed_sources` and `attributed` (key, channel, campaign) from a CTE
`subjects` (subject_key, contact_id, happened_at) and needs CTEs `contacts`, `channels`, `campaigns`.
#}
{% macro attribute_contacts() -%}
attributed_sources as (
    select
        subjects.subject_key,
        case when contacts.latest_source_at <= subjects.happened_at then contacts.latest_source else contacts.original_source end as source,
        case when contacts.latest_source_at <= subjects.happened_at then contacts.latest_campaign else contacts.original_campaign end as campaign
    from subjects
    inner join contacts on contacts.contact_id = subjects.contact_id
),

attributed as (
    select
        attributed_sources.subject_key,
        coalesce(
            case when channels.channel in ('paid_search', 'paid_social') then campaigns.channel end, channels.channel, 'unknown'
        ) as channel,
        coalesce(campaigns.campaign, attributed_sources.campaign) as campaign
    from attributed_sources
    left join channels on channels.matched_text = lower(attributed_sources.source)
    left join campaigns on campaigns.campaign_key = lower(attributed_sources.campaign)
)
{%- endmacro %}
