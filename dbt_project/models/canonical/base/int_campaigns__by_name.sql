-- What an ad campaign's name says about a visit or a contact; the lowest platform where a name is used twice.
with campaigns as (
    select * from {{ ref('int_campaigns') }}
    where campaign <> 'unknown'
),

ranked as (
    select
        lower(campaign) as campaign_key,
        campaign,
        platform,
        channel,
        row_number() over (
            partition by lower(campaign) order by platform nulls last, account_id nulls last, campaign_id nulls last
        ) as row_no
    from campaigns
),

final as (
    select campaign_key, campaign, platform, channel
    from ranked
    where row_no = 1
)

select * from final
