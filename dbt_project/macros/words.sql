{# Parts of the sentences about unusual values and what to do. #}

{# A value in its unit, with the currency where it is money; what is expected of a count is no whole number. #}
{% macro value_text(value, unit, currency) -%}
    case
        when {{ unit }} in ('count', 'people') and abs({{ value }}) >= 10 then {{ fixed_text(value, 0) }}
        else {{ number_text(value, unit) }}
    end || case when {{ unit }} = 'money' then ' ' || {{ currency }} else '' end
{%- endmacro %}

{# How far a value lies from the expected: `38 % lower`; of a share also in points, of an index in points alone. #}
{% macro off_text(value, expected, unit) -%}
    {%- set off = '(' ~ value ~ ' - ' ~ expected ~ ')' -%}
    {%- set percent = fixed_text(ratio('abs(' ~ off ~ ') * 100', 'abs(' ~ expected ~ ')'), 0) ~ " || ' %'" -%}
    case
        when {{ expected }} = 0 or {{ unit }} = 'index' then {{ size_text(off, unit, off) }}
        when {{ unit }} = 'ratio' then {{ size_text(off, unit, off) }} || ' (' || {{ percent }} || ')'
        else {{ percent }}
    end
    || case when {{ value }} < {{ expected }} then ' lower' else ' higher' end
{%- endmacro %}

{# The values of a cell's dimensions: `mobile`, `total`. #}
{% macro cell_text(segments) -%}
    case when {{ segments }}.segment_set = 'total' then 'total' else concat_ws(', '
        {%- for dimension in dimensions() %}, nullif({{ segments }}.{{ dimension }}, '(all)'){% endfor -%}
    ) end
{%- endmacro %}
