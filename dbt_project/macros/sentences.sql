{# Numbers as an English sentence has them, in the KPI's unit; the currency is the model's to add. #}

{# A value; ratios in per cent. #}
{% macro number_text(value, unit) -%}
    case
        when {{ unit }} = 'ratio' and abs({{ value }}) >= 0.1 then {{ fixed_text(value ~ ' * 100', 1) }} || ' %'
        when {{ unit }} = 'ratio' and abs({{ value }}) >= 0.001 then {{ fixed_text(value ~ ' * 100', 2) }} || ' %'
        when {{ unit }} = 'ratio' then {{ fixed_text(value ~ ' * 100', 4) }} || ' %'
        when {{ unit }} = 'x' then {{ fixed_text(value, 2) }} || ' x'
        when abs({{ value }}) >= 1000 or {{ value }} = round({{ value }}, 0) then {{ fixed_text(value, 0) }}
        else {{ fixed_text(value, 2) }}
    end
{%- endmacro %}

{# How large a difference is, without its sign; ratios in percentage points, all of one change with the same decimals. #}
{% macro size_text(value, unit, change) -%}
    case
        when {{ unit }} = 'ratio' and abs({{ change }}) >= 0.001 then {{ fixed_text('abs(' ~ value ~ ') * 100', 2) }} || ' points'
        when {{ unit }} = 'ratio' then {{ fixed_text('abs(' ~ value ~ ') * 100', 4) }} || ' points'
        when {{ unit }} = 'index' then {{ fixed_text('abs(' ~ value ~ ')', 2) }} || ' points'
        when {{ unit }} = 'x' and abs({{ change }}) >= 0.1 then {{ fixed_text('abs(' ~ value ~ ')', 2) }} || ' x'
        when {{ unit }} = 'x' then {{ fixed_text('abs(' ~ value ~ ')', 4) }} || ' x'
        when abs({{ value }}) >= 100 or {{ value }} = round({{ value }}, 0) then {{ fixed_text('abs(' ~ value ~ ')', 0) }}
        else {{ fixed_text('abs(' ~ value ~ ')', 2) }}
    end
{%- endmacro %}

{# The same with its sign. #}
{% macro effect_text(value, unit, change) -%}
    case when {{ value }} < 0 then '-' else '+' end || {{ size_text(value, unit, change) }}
{%- endmacro %}
