{# Arithmetic of whole periods; the grain and all else are given as SQL. #}

{# The first day of the period that lies some periods after the one that starts on a day. #}
{% macro period_after(grain, start, periods) -%}
    case {{ grain }}
        when 'day' then {{ plus_days(start, '(' ~ periods ~ ')') }}
        when 'week' then {{ plus_days(start, '7 * (' ~ periods ~ ')') }}
        when 'month' then {{ plus_months(start, '(' ~ periods ~ ')') }}
        else {{ plus_months(start, '3 * (' ~ periods ~ ')') }}
    end
{%- endmacro %}

{# How many periods there are from the first day of one to the last day of one. #}
{% macro periods_between(grain, first, last) -%}
    {%- set months -%}
        12 * (extract(year from {{ last }}) - extract(year from {{ first }}))
        + extract(month from {{ last }}) - extract(month from {{ first }}) + 1
    {%- endset -%}
    cast(
        case {{ grain }}
            when 'day' then {{ days_from(first, last) }} + 1
            when 'week' then floor({{ ratio(days_from(first, last) ~ ' + 1', 7) }})
            when 'month' then {{ months }}
            else floor({{ ratio('(' ~ months ~ ')', 3) }})
        end as integer
    )
{%- endmacro %}
