-- When a cohort has paid back what winning it cost: the age, in whole months of 30 days, at which its margin reaches the full
-- cost of its period. Both are divided by the same people, so their sums decide. Only ages that everybody in the cohort has
-- reached are looked at; without one at which the cost is reached there is no row.
{% set month_days = 30 %}

with legal as (
    select distinct period_grain, basis, date_basis from {{ ref('measure_legal') }}
    where fact = 'payback'
),

periods as (
    select * from {{ ref('int_periods') }}
    where period_grain in (select legal.period_grain from legal)
),

movements as (
    select * from {{ ref('int_customer_movements') }}
),

costs as (
    select date, full_cost_365 as full_cost
    from {{ ref('msr_acquisition') }}
    where full_cost_365 is not null
),

period_costs as (
    select
        periods.period_grain,
        periods.period_start,
        sum(costs.full_cost) as full_cost
    from periods
    inner join costs on costs.date between periods.period_start and periods.period_end
    group by periods.period_grain, periods.period_start
),

-- A movement counts from the end of the month of age in which it happens.
steps as (
    select
        periods.period_grain,
        periods.period_start,
        periods.period_end,
        periods.data_until,
        {{ month_days }} * greatest(1, cast(ceil({{ ratio('movements.age_days', month_days) }}) as integer)) as age_days,
        count(distinct case when movements.age_days = 0 then movements.person_id end) as customers,
        sum(movements.margin) as margin
    from movements
    inner join periods on movements.first_order_date between periods.period_start and periods.period_end
    group by all
),

cumulated as (
    select
        period_grain,
        period_start,
        age_days,
        {{ plus_days('period_end', 'age_days') }} <= data_until as is_mature,
        sum(customers) over (partition by period_grain, period_start) as customers,
        sum(margin) over (
            partition by period_grain, period_start order by age_days nulls last rows unbounded preceding
        ) as margin
    from steps
),

paid_back as (
    select
        cumulated.period_grain,
        cumulated.period_start,
        min(cumulated.age_days) as payback_days,
        max(cumulated.customers) as payback_customers
    from cumulated
    inner join period_costs
        on period_costs.period_grain = cumulated.period_grain
        and period_costs.period_start = cumulated.period_start
    where cumulated.is_mature
        and cumulated.margin >= period_costs.full_cost
    group by cumulated.period_grain, cumulated.period_start
),

final as (
    {%- for measure in ['payback_days', 'payback_customers'] %}
    select
        paid_back.period_grain,
        paid_back.period_start,
        'total' as segment_set,
        {%- for dimension in dimensions() %}
        '(all)' as {{ dimension }},
        {%- endfor %}
        legal.basis as attribution_basis,
        legal.date_basis,
        '{{ measure }}' as measure_id,
        cast(paid_back.{{ measure }} as decimal(38, 12)) as value
    from paid_back
    inner join legal on legal.period_grain = paid_back.period_grain
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select * from final
