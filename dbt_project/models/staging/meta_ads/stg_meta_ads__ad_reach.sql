with reach as (
    select * from {{ source('raw_meta_ads', 'reach') }}
),

final as (
    select
        period_grain,
        period_start,
        'meta_ads' as platform,
        account_id,
        time_zone,
        currency,
        level,
        case when level = 'account' then '(all)' else campaign_id end as campaign_id,
        case when level = 'ad_set' then ad_set_id else '(all)' end as ad_set_id,
        reach,
        impressions
    from reach
)

select * from final
