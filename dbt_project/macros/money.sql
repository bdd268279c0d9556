{#
An amount in the reporting currency; null where no rate is known. Twelve decimals hold micros times a rate in micros, so
nothing is rounded before the sum. The wide factor keeps DuckDB from a 64-bit overflow.
#}
{% macro converted(amount, rate) -%}
    cast(cast({{ amount }} as decimal(38, 6)) * {{ rate }} as decimal(38, 12))
{%- endmacro %}

{# Why an amount could not be converted, else null. #}
{% macro conversion_gap(rate) -%}
    case when {{ rate }} is null then 'no rate at most 7 days old' end
{%- endmacro %}
