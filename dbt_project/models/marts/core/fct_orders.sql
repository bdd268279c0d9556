-- Shop orders in every state. Only `is_counted` rows are sales: paid as of the run, neither test nor draft; a cancelled
-- order stays one, its refunds take the money back. Gift cards are a liability, not a sale: their lines have no amounts.
with clock as (
    select * from {{ ref('int_clock') }}
),

orders as (
    select * from {{ ref('int_orders__unioned') }}
),

order_lines as (
    select * from {{ ref('int_order_lines__unioned') }}
),

refunds as (
    select * from {{ ref('int_refunds__unioned') }}
),

customers as (
    select * from {{ ref('int_customers__unioned') }}
),

people as (
    select * from {{ ref('int_people') }}
    where member_kind = 'customer'
),

channels as (
    select * from {{ ref('int_channels__by_text') }}
    where match_kind = 'source_medium'
),

paid_channels as (
    select channel from {{ ref('channels') }}
    where is_paid
),

campaigns as (
    select * from {{ ref('int_campaigns__by_name') }}
),

rates as (
    select * from {{ ref('int_fx_daily') }}
),

line_totals as (
    select
        order_id,
        sum(case when not coalesce(is_gift_card, false) then gross_amount else 0 end) as gross_amount,
        sum(case when not coalesce(is_gift_card, false) then discount_amount else 0 end) as discount_amount,
        sum(case when not coalesce(is_gift_card, false) then vat_amount else 0 end) as vat_amount,
        sum(case when not coalesce(is_gift_card, false) then cost_amount end) as cost_amount,
        -- A line whose cost nobody knows has no margin; it is not one without cost.
        sum(
            case when not coalesce(is_gift_card, false) and cost_amount is not null then gross_amount - discount_amount - cost_amount end
        ) as margin_amount,
        sum(gross_amount - discount_amount + vat_amount) as paid_for_lines_amount
    from order_lines
    group by order_id
),

refund_totals as (
    select
        refunds.order_id,
        sum(refunds.refund_amount + coalesce(refunds.vat_amount, 0)) as refunded_amount
    from refunds
    cross join clock
    where {{ local_day('refunds.refunded_at', 'clock.time_zone') }} <= clock.data_until
    group by refunds.order_id
),

visits as (
    select
        'last' as visit, order_id, created_at,
        last_visit_at as visit_at, last_source as source_name, last_medium as medium, last_campaign as campaign
    from orders
    union all
    select 'first', order_id, created_at, first_visit_at, first_source, first_medium, first_campaign
    from orders
),

-- Each visit as a touch: `direct` is a visit that says nothing, is too old, or never was.
touches as (
    select
        visits.order_id,
        visits.visit,
        case
            when visits.visit_at < visits.created_at - cast(clock.lookback_days as integer) * interval 1 day then 'direct'
            when visits.visit_at is null and {{ known('visits.source_name') }} = 'unknown' then 'direct'
            when campaigns.channel is not null
                and (paid_channels.channel is not null or lower(trim(visits.medium)) in ('cpc', 'paid_social'))
                then campaigns.channel
            else coalesce(channels.channel, 'unknown')
        end as channel,
        coalesce(campaigns.campaign, {{ campaign_label('visits.campaign') }}) as campaign,
        coalesce(campaigns.platform, 'unknown') as platform,
        {{ source_medium('visits.source_name', 'visits.medium') }} as source_medium
    from visits
    left join channels on channels.matched_text = {{ source_medium_key('visits.source_name', 'visits.medium') }}
    left join paid_channels on paid_channels.channel = channels.channel
    left join campaigns on campaigns.campaign_key = lower(trim(visits.campaign))
    cross join clock
),

-- The last touch that is not direct, else the first that is not.
chosen as (
    select
        order_id,
        row_number() over (
            partition by order_id
            order by case when channel = 'direct' then 1 else 0 end nulls last, visit desc nulls last
        ) as choice,
        channel,
        case when channel = 'direct' then 'unknown' else campaign end as campaign,
        case when channel = 'direct' then 'unknown' else platform end as platform,
        case when channel = 'direct' then 'direct' else source_medium end as source_medium
    from touches
),

dated as (
    select
        orders.*,
        {{ local_day('orders.created_at', 'clock.time_zone') }} as order_date,
        orders.cancelled_at is not null and orders.cancelled_at <= clock.as_of as is_cancelled,
        case
            when coalesce(orders.is_test, false) then 'test'
            when coalesce(orders.is_draft, false) then 'draft'
            when not coalesce(orders.is_paid, false) then 'not paid'
            when orders.created_at > clock.as_of then 'later than the run'
        end as exclusion_reason,
        orders.sales_channel = 'pos' as is_pos,
        orders.attribution_status = 'known' as is_journey_known
    from orders
    cross join clock
),

attributed as (
    select
        dated.order_id,
        case when dated.is_pos then 'pos' when dated.is_journey_known then chosen.channel else 'unknown' end as channel,
        case when dated.is_journey_known and not dated.is_pos then chosen.campaign else 'unknown' end as campaign,
        case when dated.is_journey_known and not dated.is_pos then chosen.platform else 'unknown' end as platform,
        case when dated.is_journey_known and not dated.is_pos then chosen.source_medium else 'unknown' end as source_medium
    from dated
    inner join chosen
        on chosen.order_id = dated.order_id
        and chosen.choice = 1
),

measured as (
    select
        dated.order_id,
        dated.order_date,
        dated.created_at,
        dated.customer_id,
        people.person_id,
        {{ known('customers.customer_type') }} as customer_type,
        {{ known('dated.country') }} as country,
        {{ known('dated.device') }} as device,
        {{ known('dated.sales_channel') }} as sales_channel,
        attributed.channel,
        attributed.campaign,
        attributed.platform,
        attributed.source_medium,
        'first_party:last_non_direct' as attribution_basis,
        coalesce(dated.is_journey_known, false) as is_journey_known,
        dated.exclusion_reason is null as is_counted,
        dated.exclusion_reason,
        dated.is_cancelled,
        coalesce(refund_totals.refunded_amount, 0) > 0
            and refund_totals.refunded_amount >= line_totals.paid_for_lines_amount - 0.005 as is_fully_refunded,
        dated.currency,
        cast(coalesce(line_totals.gross_amount, 0) as decimal(18, 6)) as gross_amount,
        cast(coalesce(line_totals.discount_amount, 0) as decimal(18, 6)) as discount_amount,
        cast(coalesce(line_totals.vat_amount, 0) as decimal(18, 6)) as vat_amount,
        cast(coalesce(dated.shipping_amount, 0) as decimal(18, 6)) as shipping_amount,
        cast(line_totals.cost_amount as decimal(18, 6)) as cost_amount,
        cast(line_totals.margin_amount as decimal(18, 6)) as margin_amount,
        rates.rate as fx_rate
    from dated
    inner join attributed on attributed.order_id = dated.order_id
    left join line_totals on line_totals.order_id = dated.order_id
    left join refund_totals on refund_totals.order_id = dated.order_id
    left join customers on customers.customer_id = dated.customer_id
    left join people on people.member_id = dated.customer_id
    left join rates
        on rates.currency = dated.currency
        and rates.date = dated.order_date
),

-- An order that makes a customer: counted, not cancelled, worth more than 0, of a known person.
flagged as (
    select
        measured.*,
        is_counted and not is_cancelled and gross_amount - discount_amount > 0 and person_id is not null as is_purchase
    from measured
),

final as (
    select
        order_id,
        order_date,
        created_at,
        customer_id,
        person_id,
        customer_type,
        country,
        device,
        sales_channel,
        channel,
        campaign,
        platform,
        source_medium,
        attribution_basis,
        is_journey_known,
        is_counted,
        exclusion_reason,
        is_cancelled,
        coalesce(is_fully_refunded, false) as is_fully_refunded,
        is_purchase,
        is_purchase and row_number() over (
            partition by person_id, is_purchase order by created_at nulls last, order_id nulls last
        ) = 1 as is_first_purchase,
        currency,
        gross_amount,
        discount_amount,
        vat_amount,
        shipping_amount,
        cost_amount,
        margin_amount,
        fx_rate,
        {{ converted('gross_amount', 'fx_rate') }} as gross_reporting,
        {{ converted('discount_amount', 'fx_rate') }} as discount_reporting,
        {{ converted('vat_amount', 'fx_rate') }} as vat_reporting,
        {{ converted('shipping_amount', 'fx_rate') }} as shipping_reporting,
        {{ converted('cost_amount', 'fx_rate') }} as cost_reporting,
        {{ converted('margin_amount', 'fx_rate') }} as margin_reporting,
        {{ conversion_gap('fx_rate') }} as conversion_gap
    from flagged
)

select * from final
