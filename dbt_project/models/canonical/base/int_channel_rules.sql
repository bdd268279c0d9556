-- The channel map: the company's own rules before the defaults, channel ids as their own names last.
{{ config(materialized='view') }}

with overrides as (
    select match_kind, pattern, channel, priority from {{ source('raw_config', 'channel_overrides') }}
),

defaults as (
    select match_kind, pattern, channel, priority from {{ ref('channel_map') }}
),

channels as (
    select channel from {{ ref('channels') }}
),

kinds as (
    select distinct match_kind from defaults
),

rules as (
    select 1 as rank, match_kind, lower(trim(pattern)) as pattern, channel, priority from overrides
    union all
    select 2, match_kind, pattern, channel, priority from defaults
    union all
    select 3, kinds.match_kind, channels.channel, channels.channel, 0
    from channels
    cross join kinds
    where kinds.match_kind <> 'campaign_type'
),

final as (
    select
        match_kind,
        pattern,
        -- `_` and `%` are ordinary signs in a pattern, `*` is any text.
        replace(replace(replace(pattern, '%', '!%'), '_', '!_'), '*', '%') as like_pattern,
        channel,
        row_number() over (partition by match_kind order by rank nulls last, priority nulls last, pattern nulls last) as rule_order
    from rules
)

select * from final
