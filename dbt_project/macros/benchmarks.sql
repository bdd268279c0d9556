{# The percentiles that a benchmark gives. #}
{% macro percentiles() %}{{ return([10, 25, 50, 75, 90]) }}{% endmacro %}

{# Where a value stands among the percentiles p10 … p90 of a relation, as a share: straight between two of them, and not
below the first or above the last, which is as far as a benchmark can tell. #}
{% macro percentile_among(value, benchmark) -%}
    case
        when {{ value }} is null then null
        when {{ value }} < {{ benchmark }}.p10 then 0.1e0
        {%- for low, high in [(10, 25), (25, 50), (50, 75), (75, 90)] %}
        when {{ value }} < {{ benchmark }}.p{{ high }}
            then 0.01e0 * ({{ low }} + {{ high - low }} * {{ ratio(
                '(' ~ value ~ ' - ' ~ benchmark ~ '.p' ~ low ~ ')',
                '(' ~ benchmark ~ '.p' ~ high ~ ' - ' ~ benchmark ~ '.p' ~ low ~ ')'
            ) }})
        {%- endfor %}
        else 0.9e0
    end
{%- endmacro %}
