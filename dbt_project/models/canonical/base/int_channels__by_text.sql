-- The channel of every text that a source used for one: one row per kind and text, unmatched texts are `unknown`.
with rules as (
    select * from {{ ref('int_channel_rules') }}
),

-- Some hundred combinations in hundreds of thousands of rows: made distinct before their texts are normalised.
web as (
    select distinct channel_group, source_name, medium from {{ ref('int_web_sessions_daily__unioned') }}
    union all
    select distinct channel_group, source_name, medium from {{ ref('int_web_key_actions_daily__unioned') }}
),

other_web as (
    select distinct channel_group from {{ ref('int_web_landing_pages_daily__unioned') }}
    union all
    select distinct channel_group from {{ ref('int_web_people__unioned') }}
),

visits as (
    select distinct last_source as source_name, last_medium as medium from {{ ref('int_orders__unioned') }}
    union all
    select distinct first_source, first_medium from {{ ref('int_orders__unioned') }}
),

contacts as (
    select distinct original_source as source_name from {{ ref('int_contacts__unioned') }}
    union all
    select distinct latest_source from {{ ref('int_contacts__unioned') }}
),

ads as (
    select distinct platform, campaign_type from {{ ref('int_ad_performance_daily__unioned') }}
),

texts as (
    select 'channel_group' as match_kind, lower(trim(channel_group)) as matched_text from web
    union
    select 'channel_group', lower(trim(channel_group)) from other_web
    union
    select 'source_medium', {{ source_medium_key('source_name', 'medium') }} from web
    union
    select 'source_medium', {{ source_medium_key('source_name', 'medium') }} from visits
    union
    select 'crm', lower(trim(source_name)) from contacts
    union
    select 'campaign_type', lower(platform || ' / ' || campaign_type) from ads
),

matched as (
    select
        texts.match_kind,
        texts.matched_text,
        min_by(rules.channel, rules.rule_order) as channel
    from texts
    left join rules
        on rules.match_kind = texts.match_kind
        and texts.matched_text like rules.like_pattern escape '!'
    where texts.matched_text is not null
    group by texts.match_kind, texts.matched_text
),

final as (
    select
        match_kind,
        matched_text,
        coalesce(channel, 'unknown') as channel
    from matched
)

select * from final
