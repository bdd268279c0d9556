-- People without a contract who are still customers at the ends of each period, and who lapsed in it. Nobody tells you that
-- they left: who has bought nothing for twice their own median gap, 60 days at least, has lapsed. Only gaps up to each
-- purchase count, so no period changes in hindsight. One row per period, set, cell and measure.
{% set floor_days = 60 %}
{% set gaps_to_lapse = 2 %}

with legal as (
    select * from {{ ref('measure_legal') }}
    where fact = 'activity'
),

segment_sets as (
    select * from {{ ref('segment_sets') }}
),

periods as (
    select * from {{ ref('int_periods') }}
    where period_grain in (select legal.period_grain from legal)
),

customers as (
    select * from {{ ref('dim_customer') }}
),

-- Orders of one day are one purchase.
purchase_days as (
    select distinct person_id, order_date
    from {{ ref('fct_orders') }}
    where is_purchase
),

numbered as (
    select
        person_id,
        order_date,
        row_number() over (partition by person_id order by order_date nulls last) as purchase_no,
        lag(order_date) over (partition by person_id order by order_date nulls last) as previous_date,
        lead(order_date) over (partition by person_id order by order_date nulls last) as next_date
    from purchase_days
),

gaps as (
    select
        person_id,
        purchase_no,
        {{ days_from('previous_date', 'order_date') }} as gap_days
    from numbered
    where previous_date is not null
),

median_gaps as (
    select
        numbered.person_id,
        numbered.purchase_no,
        median(gaps.gap_days) as gap_days
    from numbered
    inner join gaps
        on gaps.person_id = numbered.person_id
        and gaps.purchase_no <= numbered.purchase_no
    group by numbered.person_id, numbered.purchase_no
),

-- `lapse_date`: the first day past the limit.
limited as (
    select
        numbered.person_id,
        numbered.order_date as from_date,
        numbered.next_date,
        {{ plus_days(
            'numbered.order_date',
            'greatest(' ~ floor_days ~ ', ' ~ gaps_to_lapse ~ ' * coalesce(median_gaps.gap_days, 0)) + 1'
        ) }} as lapse_date
    from numbered
    left join median_gaps
        on median_gaps.person_id = numbered.person_id
        and median_gaps.purchase_no = numbered.purchase_no
),

-- From each purchase a customer is active until the next one or the lapse.
spans as (
    select
        person_id,
        from_date,
        least(coalesce(next_date, lapse_date), lapse_date) as until_date,
        case when next_date is null or next_date > lapse_date then lapse_date end as lapse_date
    from limited
),

person_periods as (
    select
        periods.period_grain,
        periods.period_start,
        spans.person_id,
        bool_or(spans.from_date < periods.period_start) as was_active,
        bool_or(spans.until_date > periods.last_day) as is_active,
        bool_or(spans.lapse_date <= periods.last_day) as has_lapsed
    from periods
    inner join spans
        on spans.from_date <= periods.last_day
        and spans.until_date >= periods.period_start
    group by periods.period_grain, periods.period_start, spans.person_id
),

states as (
    select
        person_periods.period_grain,
        person_periods.period_start,
        customers.first_order_channel as channel,
        customers.first_order_country as country,
        customers.first_order_customer_type as customer_type,
        case when person_periods.was_active then 1 else 0 end as active_at_start,
        case when person_periods.is_active then 1 else 0 end as active_at_end,
        case when person_periods.was_active and person_periods.has_lapsed then 1 else 0 end as lapsed
    from person_periods
    inner join customers on customers.person_id = person_periods.person_id
),

{{ values_of_states(['active_at_start', 'active_at_end', 'lapsed']) }}
