{# Types of a stage table's measures that are no whole numbers; its contract says the same. #}
{% macro stage_measure_type(measure) -%}
    {%- set money = [
        'spend', 'claimed_value', 'gross', 'discounts', 'refunds', 'net_paid', 'net_of_first_orders', 'value_paid',
        'margin_paid', 'margin_attributed', 'net_of_people', 'cohort_net_30', 'cohort_net_90', 'cohort_net_180',
        'cohort_net_365', 'cohort_margin_30', 'cohort_margin_90', 'cohort_margin_180', 'cohort_margin_365',
        'full_cost_lagged', 'full_cost_365', 'agency_fees', 'tools', 'staff', 'spend_on_known_people', 'spend_on_target',
        'planned_spend',
    ] -%}
    {%- set fractions = [
        'claimed_orders', 'position_sum', 'nki_sum', 'nki_squares', 'csat_sum', 'csat_squares',
    ] -%}
    {{ 'decimal(38, 12)' if measure in money else 'decimal(18, 6)' if measure in fractions else 'bigint' }}
{%- endmacro %}

{#
A wide table of additive measures for one stage of the funnel: the given facts, by day (or `grain` month) and the given
dimensions, for readers who divide last. A dimension that a fact does not have is `(all)`: it cannot be broken down, and
adds up; so are the `withheld` ones. A cohort measure is null until the youngest member of its period has the age.

Facts of other dimensions never share a cell, so each combination of dimensions is summed by itself, with its own measures
only: one sum over all of them takes twice as long.
#}
{% macro stage_table(facts, dims, grain='day', withheld={}) %}
{%- set start_name = 'month' if grain == 'month' else 'date' -%}
{%- set start = month_start('stacked.date') if grain == 'month' else 'stacked.date' -%}
{%- set last_day = plus_days(plus_months(start, 1), -1) if grain == 'month' else 'stacked.date' -%}
{%- set all_measures = facts.values() | sum(start=[]) -%}
{%- set facts_of, measures_of = {}, {} -%}
{%- for fact in facts -%}
    {%- set own = [] -%}
    {%- for dimension in dims if dimension in additive_facts()[fact]['dims'] and dimension not in withheld.get(fact, []) -%}
        {%- do own.append(dimension) -%}
    {%- endfor -%}
    {%- do facts_of.setdefault(own | join(' '), []).append(fact) -%}
    {%- do measures_of.setdefault(own | join(' '), []).extend(facts[fact]) -%}
{%- endfor -%}
with clock as (
    select * from {{ ref('int_clock') }}
),

ages as (
    select
        {%- for measure in all_measures %}
        coalesce(max(case when measure_id = '{{ measure }}' then maturity_days end), 0) as {{ measure }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('measures') }}
),

{% for own, alike in facts_of.items() -%}
stacked_{{ loop.index }} as (
    {%- for fact in alike %}
    select
        date,
        {%- for dimension in own.split() %}
        {{ dimension }},
        {%- endfor %}
        {%- for measure in measures_of[own] %}
        {% if measure in facts[fact] %}{{ measure }}{% else %}null{% endif %} as {{ measure }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('msr_' ~ fact) }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

{% endfor -%}
final as (
    {%- for own in facts_of %}
    select
        {{ start }} as {{ start_name }},
        {%- for dimension in dims %}
        {% if dimension in own.split() %}stacked.{{ dimension }}{% else %}'(all)'{% endif %} as {{ dimension }},
        {%- endfor %}
        {%- for measure in all_measures %}
        cast(
            {%- if measure in measures_of[own] %}
            sum(case when ages.{{ measure }} = 0 or {{ plus_days(last_day, 'ages.' ~ measure) }} <= clock.data_until then stacked.{{ measure }} end)
            {%- else %}null
            {%- endif %} as {{ stage_measure_type(measure) }}
        ) as {{ measure }}{{ ',' if not loop.last }}
        {%- endfor %}
    from stacked_{{ loop.index }} as stacked
    cross join clock
    cross join ages
    where stacked.date <= clock.data_until
    group by
        {{ start }}{% for dimension in own.split() %},
        stacked.{{ dimension }}
        {%- endfor %}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select * from final
{% endmacro %}
