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
#}
{% macro stage_table(facts, dims, grain='day', withheld={}) %}
{%- set start_name = 'month' if grain == 'month' else 'date' -%}
{%- set start = month_start('stacked.date') if grain == 'month' else 'stacked.date' -%}
{%- set last_day = plus_days(plus_months(start, 1), -1) if grain == 'month' else 'stacked.date' -%}
{%- set ns = namespace(measures=[]) -%}
{%- for fact, measures in facts.items() -%}{%- set ns.measures = ns.measures + measures -%}{%- endfor -%}
with clock as (
    select * from {{ ref('int_clock') }}
),

ages as (
    select
        {%- for measure in ns.measures %}
        coalesce(max(case when measure_id = '{{ measure }}' then maturity_days end), 0) as {{ measure }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('measures') }}
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
        cast(sum(
            case when ages.{{ measure }} = 0 or {{ plus_days(last_day, 'ages.' ~ measure) }} <= clock.data_until then stacked.{{ measure }} end
        ) as {{ stage_measure_type(measure) }}) as {{ measure }}{{ ',' if not loop.last }}
        {%- endfor %}
    from stacked
    cross join clock
    cross join ages
    where stacked.date <= clock.data_until
    group by
        {{ start }}{% for dimension in dims %},
        stacked.{{ dimension }}
        {%- endfor %}
)

select * from final
{% endmacro %}
