-- Contracts and their monthly amounts, compared at the ends of each period: state at the end of the day before it against
-- state at the end of its last day. A contract that begins and ends in between is in neither. Contracts and amounts move by
-- person, so that a change of plan is a step up or down and no loss; the flows add up to the change. Retention is told by month (a
-- quarter adds up its months) and over the twelve months that end with the period: who is left of those at their start,
-- which is what twelve monthly survivals multiply to where nobody comes back. One row per period, set, cell and measure.
{% set of_period = [
    'contracts_at_start', 'contracts_lost', 'mrr_at_start', 'mrr_new', 'mrr_reactivated', 'mrr_up', 'mrr_down', 'mrr_lost',
] %}

with legal as (
    select * from {{ ref('measure_legal') }}
    where fact = 'subscriptions'
),

segment_sets as (
    select * from {{ ref('segment_sets') }}
),

all_periods as (
    select * from {{ ref('int_periods') }}
),

periods as (
    select * from all_periods
    where period_grain in (select legal.period_grain from legal)
),

contracts as (
    select * from {{ ref('fct_subscriptions') }}
),

people as (
    select
        person_id,
        min(channel) as channel,
        min(country) as country,
        min(customer_type) as customer_type,
        min(started_date) as first_started_date
    from contracts
    group by person_id
),

spans as (
    select
        period_grain,
        period_start,
        'period' as span,
        period_start as first_day,
        last_day
    from periods
    union all
    select
        period_grain,
        period_start,
        'year',
        {{ plus_months(month_start('period_end'), -11) }},
        last_day
    from periods
    union all
    select periods.period_grain, periods.period_start, 'month', months.period_start, months.last_day
    from periods
    inner join all_periods as months
        on months.period_grain = 'month'
        and months.period_start between periods.period_start and periods.last_day
),

open_contracts as (
    select
        spans.period_grain,
        spans.period_start,
        spans.span,
        spans.first_day,
        contracts.person_id,
        coalesce(contracts.monthly_reporting, 0) as amount,
        contracts.started_date < spans.first_day as was_open,
        contracts.ended_date is null or contracts.ended_date > spans.last_day as is_open
    from spans
    inner join contracts
        on contracts.started_date <= spans.last_day
        and (contracts.ended_date is null or contracts.ended_date >= spans.first_day)
),

person_spans as (
    select
        period_grain,
        period_start,
        span,
        first_day,
        person_id,
        count_if(was_open) as contracts_before,
        count_if(is_open) as contracts_after,
        sum(case when was_open then amount else 0 end) as amount_before,
        sum(case when is_open then amount else 0 end) as amount_after
    from open_contracts
    group by period_grain, period_start, span, first_day, person_id
),

compared as (
    select
        person_spans.*,
        people.channel,
        people.country,
        people.customer_type,
        case
            when person_spans.contracts_before > 0 and person_spans.contracts_after > 0 then 'stays'
            when person_spans.contracts_before > 0 then 'leaves'
            when person_spans.contracts_after = 0 then 'passes'
            when people.first_started_date < person_spans.first_day then 'returns'
            else 'joins'
        end as move
    from person_spans
    inner join people on people.person_id = person_spans.person_id
),

moved as (
    select
        compared.*,
        contracts_before as contracts_at_start,
        greatest(contracts_before - contracts_after, 0) as contracts_lost,
        amount_before as mrr_at_start,
        case when move = 'joins' then amount_after else 0 end as mrr_new,
        case when move = 'returns' then amount_after else 0 end as mrr_reactivated,
        case when move = 'stays' then greatest(amount_after - amount_before, 0) else 0 end as mrr_up,
        case when move = 'stays' then greatest(amount_before - amount_after, 0) else 0 end as mrr_down,
        case when move = 'leaves' then amount_before else 0 end as mrr_lost,
        case when contracts_before > 0 then 1 else 0 end as subscribers_at_start,
        case when move = 'stays' then 1 else 0 end as subscribers_kept
    from compared
),

states as (
    select
        period_grain,
        period_start,
        channel,
        country,
        customer_type,
        {%- for measure in of_period %}
        case when span = 'period' then {{ measure }} end as {{ measure }},
        {%- endfor %}
        {%- for span in ['month', 'year'] %}
        case when span = '{{ span }}' then subscribers_at_start end as subscribers_at_{{ span }}_start,
        case when span = '{{ span }}' then subscribers_kept end as subscribers_kept_{{ span }}{{ ',' if not loop.last }}
        {%- endfor %}
    from moved
),

{{ values_of_states(of_period + [
    'subscribers_at_month_start', 'subscribers_kept_month', 'subscribers_at_year_start', 'subscribers_kept_year',
]) }}
