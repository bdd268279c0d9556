{#
A wide table of additive measures for one stage of the funnel: the given facts, by month or day and the given dimensions,
for readers who divide last. A dimension that a fact does not have is `(all)`: it cannot be broken down, and adds up; so are the `withheld` ones.
#}
{% macro stage_table(facts, dims, start='stacked.date', start_name='date', withheld={}) %}
{%- set money = [
    'spend', 'claimed_value', 'gross', 'discounts', 'refunds', 'net_paid', 'net_of_first_orders', 'net_of_people',
    'agency_fees', 'tools', 'staff', 'spend_on_known_people', 'spend_on_target',
] -%}
{%- set fractions = ['claimed_orders', 'nki_sum', 'csat_sum', 'engaged_seconds', 'engagements_of_the_day', 'position_sum'] -%}
{%- set ns = namespace(measures=[]) -%}
{%- for fact, measures in facts.items() -%}{%- set ns.measures = ns.measures + measures -%}{%- endfor -%}
with clock as (
    select * from {{ ref('int_clock') }}
),

stacked as (
    {%- for fact, measures in facts.items() %}
    select
        date,
        {%- for dimension in dims %}
        {% if dimension in additive_facts()[fact]['dims'] and dimension not in withheld.get(fact, []) %}{{ dimension }}{% else %}'(all)'{% endif %} as {{ dimension }},
        {%- endfor %}
        {%- for measure in ns.measures %}
        {% if measure in measures %}{{ measure }}{% else %}null{% endif %} as {{ measure }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('msr_' ~ fact) }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

final as (
    select
        {{ start }} as {{ start_name }},
        {%- for dimension in dims %}
        stacked.{{ dimension }},
        {%- endfor %}
        {%- for measure in ns.measures %}
        cast(sum(stacked.{{ measure }}) as {{ 'decimal(38, 12)' if measure in money else 'decimal(18, 6)' if measure in fractions else 'bigint' }}) as {{ measure }}{{ ',' if not loop.last }}
        {%- endfor %}
    from stacked
    cross join clock
    where stacked.date <= clock.data_until
    group by
        {{ start }}{% for dimension in dims %},
        stacked.{{ dimension }}
        {%- endfor %}
)

select * from final
{% endmacro %}
