-- Distinct people, one row per grain and cell as they were counted: web users and reach as the platform counted them,
-- buyers counted here. A cell that more than one row claims (two properties, two accounts) has no distinct count.
with legal as (
    select * from {{ ref('measure_legal') }}
),

periods as (
    select * from {{ ref('int_periods') }}
),

period_days as (
    select * from {{ ref('int_period_days') }}
),

publish_policy as (
    select * from {{ ref('publish_policy') }}
),

segment_sets as (
    select * from {{ ref('segment_sets') }}
),

web_people as (
    select * from {{ ref('int_web_people__unioned') }}
),

labels as (
    select * from {{ ref('int_channels__by_text') }}
    where match_kind = 'channel_group'
),

ad_reach as (
    select * from {{ ref('int_ad_reach__unioned') }}
),

campaigns as (
    select * from {{ ref('int_campaigns') }}
),

segments as (
    select * from {{ ref('int_target_segments') }}
),

customers as (
    select * from {{ ref('dim_customer') }}
),

purchases as (
    select * from {{ ref('fct_orders') }}
    where is_purchase
),

web_cells as (
    select
        web_people.period_grain,
        web_people.period_start,
        web_people.segment_set,
        '(all)' as platform,
        case when web_people.segment_set = 'channel' then coalesce(labels.channel, 'unknown') else '(all)' end as channel,
        '(all)' as campaign,
        case when web_people.segment_set = 'country' then {{ known('web_people.country') }} else '(all)' end as country,
        case when web_people.segment_set = 'device' then {{ known('web_people.device') }} else '(all)' end as device,
        case when web_people.key_action = '(all)' then web_people.total_users end as users,
        case when web_people.key_action = '(all)' then web_people.active_users end as active_users,
        case when web_people.key_action = '(all)' then web_people.new_users end as new_users,
        case when web_people.key_action = 'any' then web_people.total_users end as users_any
    from web_people
    left join labels on labels.matched_text = lower(trim(web_people.channel_group))
),

reach_cells as (
    select
        ad_reach.period_grain,
        ad_reach.period_start,
        case when ad_reach.level = 'account' then 'platform' else 'campaign' end as segment_set,
        case when ad_reach.level = 'account' then ad_reach.platform else '(all)' end as platform,
        case when ad_reach.level = 'account' then '(all)' else coalesce(campaigns.campaign, 'unknown') end as campaign,
        ad_reach.reach,
        ad_reach.impressions as reach_impressions
    from ad_reach
    left join campaigns
        on campaigns.platform = ad_reach.platform
        and campaigns.account_id = ad_reach.account_id
        and campaigns.campaign_id = ad_reach.campaign_id
    where ad_reach.level in ('account', 'campaign')
),

-- The target segment's people that a platform reached, beside how many there are on the period's last day.
target_cells as (
    select distinct
        ad_reach.period_grain,
        ad_reach.period_start,
        ad_reach.platform,
        ad_reach.account_id,
        ad_reach.reach as target_reach,
        segments.market_size
    from ad_reach
    inner join periods
        on periods.period_grain = ad_reach.period_grain
        and periods.period_start = ad_reach.period_start
    left join segments on periods.last_day >= segments.valid_from and periods.last_day < segments.valid_before
    where ad_reach.level = 'target'
),

-- Each buyer once per period, with the dimensions of the first order.
buyer_periods as (
    select distinct
        period_days.period_grain,
        period_days.period_start,
        purchases.person_id
    from purchases
    inner join period_days on period_days.date = purchases.order_date
    where period_days.period_grain in (select legal.period_grain from legal where legal.fact = 'buyers')
),

buyer_cells as (
    select
        buyer_periods.period_grain,
        buyer_periods.period_start,
        segment_sets.segment_set,
        case when segment_sets.by_channel = 1 then customers.first_order_channel else '(all)' end as channel,
        case when segment_sets.by_country = 1 then customers.first_order_country else '(all)' end as country,
        case when segment_sets.by_customer_type = 1 then customers.first_order_customer_type else '(all)' end as customer_type,
        customers.attribution_basis,
        count(*) as buyers,
        count_if(customers.first_order_date < buyer_periods.period_start) as returning_buyers
    from buyer_periods
    inner join customers on customers.person_id = buyer_periods.person_id
    cross join segment_sets
    where segment_sets.segment_set in (select legal.segment_set from legal where legal.fact = 'buyers')
    group by all
),

counted as (
    {%- for measure in ['users', 'active_users', 'new_users', 'users_any'] %}
    select
        period_grain, period_start, segment_set, platform, channel, campaign, country, device, '(all)' as customer_type,
        'none' as attribution_basis, '{{ measure }}' as measure_id, {{ measure }} as value
    from web_cells
    where {{ measure }} is not null
    union all
    {%- endfor %}
    {%- for measure in ['reach', 'reach_impressions'] %}
    select
        period_grain, period_start, segment_set, platform, '(all)', campaign, '(all)', '(all)', '(all)',
        'none', '{{ measure }}', {{ measure }}
    from reach_cells
    where {{ measure }} is not null
    union all
    {%- endfor %}
    {%- for measure in ['target_reach', 'market_size'] %}
    select
        period_grain, period_start, 'platform', platform, '(all)', '(all)', '(all)', '(all)', '(all)',
        'none', '{{ measure }}', {{ measure }}
    from target_cells
    where {{ measure }} is not null
    union all
    {%- endfor %}
    {%- for measure in ['buyers', 'returning_buyers'] %}
    select
        period_grain, period_start, segment_set, '(all)', channel, '(all)', country, '(all)', customer_type,
        attribution_basis, '{{ measure }}', {{ measure }}
    from buyer_cells
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

final as (
    select
        counted.period_grain,
        counted.period_start,
        counted.segment_set,
        counted.platform,
        counted.channel,
        '(all)' as source_medium,
        counted.campaign,
        counted.country,
        counted.device,
        '(all)' as landing_page,
        counted.customer_type,
        counted.attribution_basis,
        legal.date_basis,
        counted.measure_id,
        cast(max(counted.value) as decimal(38, 12)) as value
    from counted
    inner join legal
        on legal.measure_id = counted.measure_id
        and legal.period_grain = counted.period_grain
        and legal.segment_set = counted.segment_set
    inner join periods
        on periods.period_grain = counted.period_grain
        and periods.period_start = counted.period_start
    inner join publish_policy
        on publish_policy.period_grain = counted.period_grain
        and publish_policy.segment_set = counted.segment_set
        and periods.days_ago < publish_policy.load_days
    group by all
    having count(*) = 1
)

select * from final
