-- Spend by country and by device is that of the campaign days, within a thousandth or one unit of money a month: platforms
-- leave out what they cannot place. Rows are accounts and months where it is not.
{{ config(severity='warn') }}

with campaign_days as (
    select * from {{ ref('fct_ad_performance_daily') }}
),

breakdowns as (
    select * from {{ ref('fct_ad_breakdowns_daily') }}
    where breakdown in ('country', 'device')
),

months as (
    select
        platform,
        account_id,
        {{ month_start('date') }} as month,
        sum(spend_amount) as spend_amount
    from campaign_days
    group by platform, account_id, {{ month_start('date') }}
),

breakdown_months as (
    select
        platform,
        account_id,
        breakdown,
        {{ month_start('date') }} as month,
        sum(spend_amount) as spend_amount
    from breakdowns
    group by platform, account_id, breakdown, {{ month_start('date') }}
)

select
    breakdown_months.platform,
    breakdown_months.account_id,
    breakdown_months.breakdown,
    breakdown_months.month
from breakdown_months
inner join months
    on months.platform = breakdown_months.platform
    and months.account_id = breakdown_months.account_id
    and months.month = breakdown_months.month
where abs(breakdown_months.spend_amount - months.spend_amount) > greatest(1, 0.001 * months.spend_amount)
